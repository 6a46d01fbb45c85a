// What an admission needs of the process around it. A worker puts one of these on `process`, where the admissions of servers that are
// protected in code find it, also those of another copy of this package.
import { CounterTable } from '../core/counter-table.ts';
import type { ProcessorReadings } from './cost/costs.ts';
import type { FairShares } from './fairness/index.ts';
import type { RequestsInFlight } from './in-flight/requests.ts';
import type { RequestInFlight } from './in-flight/request.ts';
import type { RequestObserver } from './observer.ts';
import type { RequestRecorder } from './recorder.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import type { AdmissionStats } from './stats.ts';

/** An admission as its host sees it. */
export interface HostedAdmission {
  readonly requests: RequestsInFlight;
  /** Whether any request has come to it. */
  readonly hasRequests: boolean;
  /** The request whose handler is running; undefined between handlers. */
  readonly running: RequestInFlight | undefined;
  stats(): AdmissionStats;
}

export interface AdmissionHost {
  /** Where decisions are counted. */
  readonly counters: CounterTable;
  readonly observer: RequestObserver | undefined;
  /** Hears of every request while a load shape is recorded. May change at any time. */
  readonly recorder?: RequestRecorder | undefined;
  /** Decide and count, but let every request through; undefined leaves it to the options. May change at any time. */
  readonly dryRun: boolean | undefined;
  /** Undefined where no supervisor learns from deaths. */
  readonly quarantine: Quarantine | undefined;
  /** Where CPU time is read; undefined for that of this process. */
  readonly processor?: ProcessorReadings | undefined;
  /** Undefined where no supervisor tells what other processes are asked for: an admission is then fair on its own, if it is to be. */
  readonly fairShares: FairShares | undefined;
  /** How many connections one turn can accept from a socket: when it has, more may be waiting in the kernel. */
  acceptsPerTurn(): number;
  /** An HTTP server gets a connection, which it or another server has accepted. */
  readonly accepted?: ((server: object, socket: object) => void) | undefined;
  /** An admission decides on requests of this process from now on. Returns what ends that. */
  joined(admission: HostedAdmission): () => void;
}

const kHost: unique symbol = Symbol.for('respite.host');

export function setProcessHost(host: AdmissionHost): void {
  Object.defineProperty(process, kHost, { value: host, configurable: true });
}

/** The host of this process; one of its own for an admission that runs in no worker. */
export function processHost(): AdmissionHost {
  return (process as { [kHost]?: AdmissionHost })[kHost] ?? aloneHost();
}

/** The surroundings of an admission in a process without Respite. */
export function aloneHost(given: Partial<AdmissionHost> = {}): AdmissionHost {
  return {
    counters: new CounterTable(),
    observer: undefined,
    dryRun: undefined,
    quarantine: undefined,
    fairShares: undefined,
    acceptsPerTurn: () => Infinity,
    joined: () => () => {},
    ...given,
  };
}
