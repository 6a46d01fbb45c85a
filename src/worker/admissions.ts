// All admissions of this process: the worker's own, and those of servers that are protected in code.
import {
  type AdmissionCount,
  type AdmissionHost,
  type FairShares,
  type HostedAdmission,
  type Quarantine,
  NOT_ANNOUNCED,
  type RequestObserver,
  type RequestRecorder,
  type Traffic,
  type Waiting,
  type WaitingRoute,
} from '../admission/index.ts';
import type { CounterTable } from '../core/counter-table.ts';
import type { Durations } from './durations.ts';
import type { WrittenCounters } from './written-counters.ts';

/** What happens to a request is kept in these. */
export interface Records {
  readonly counters: CounterTable;
  readonly durations: Durations;
  /** Undefined where the worker sends its counters in messages and writes none. */
  readonly written: WrittenCounters | undefined;
  readonly quarantine: Quarantine | undefined;
  readonly fairShares: FairShares | undefined;
  /** Remembers the last requests, for the case that one of them blocks the event loop. */
  requestStarted(method: string, target: string): void;
}

/** Gives admissions what they need of the worker, and reads them together. */
export class WorkerAdmissions implements AdmissionHost {
  readonly counters: CounterTable;
  readonly observer: RequestObserver;
  /** Set when an operator switches it while the worker runs. */
  dryRun: boolean | undefined = undefined;
  /** Set while a load shape is recorded. */
  recorder: RequestRecorder | undefined = undefined;
  readonly quarantine: Quarantine | undefined;
  readonly fairShares: FairShares | undefined;
  readonly acceptsPerTurn: () => number;
  readonly accepted: (server: object, socket: object) => void;
  readonly #all = new Set<HostedAdmission>();

  constructor(
    records: Records,
    acceptsPerTurn: () => number,
    accepted: (server: object, socket: object) => void = () => {},
  ) {
    this.counters = records.counters;
    this.quarantine = records.quarantine;
    this.fairShares = records.fairShares;
    this.observer = observerOf(records);
    this.acceptsPerTurn = acceptsPerTurn;
    this.accepted = accepted;
  }

  joined(admission: HostedAdmission): () => void {
    this.#all.add(admission);
    return () => this.#all.delete(admission);
  }

  /** In the order in which they have joined. */
  get all(): ReadonlySet<HostedAdmission> {
    return this.#all;
  }

  /** Requests in flight. */
  get active(): number {
    return sum(this.#every(({ requests }) => requests.count));
  }

  /** Requests that have ended since the start. */
  get completed(): number {
    return sum(this.#every(({ requests }) => requests.completed));
  }

  /** Of these, those whose client had gone away before an answer began. */
  get abandoned(): number {
    return sum(this.#every(({ requests }) => requests.abandoned));
  }

  /** The requests whose clients wait for an answer now. */
  get waiting(): Waiting {
    const all = this.#every(({ requests }) => requests.look(performance.now()));
    return {
      count: sum(all.map(({ count }) => count)),
      oldestMs: Math.max(...all.map(({ oldestMs }) => oldestMs)),
    };
  }

  /** Connections of HTTP/1 that speak something else now. */
  get upgraded(): number {
    return sum(this.#every(({ requests }) => requests.upgraded));
  }

  /** The connections of HTTP/1 that requests in flight are on. */
  get busySockets(): readonly object[] {
    return this.#every(({ requests }) => [...requests.carriers()]).flat();
  }

  /** Decisions since the start. */
  get decisions(): readonly AdmissionCount[] {
    return this.#every((admission) => admission.stats().requests).flat();
  }

  /** Routes of requests that wait for their answer this long. */
  waitingRoutes(forMs: number): readonly WaitingRoute[] {
    return this.#every(({ requests }) => requests.describe(performance.now(), forMs)).flat();
  }

  /** What has become of requests since the last call, by kind. */
  takeTraffic(): Traffic {
    const all = this.#every(({ requests }) => requests.traffic(performance.now()));
    return {
      answered: all.flatMap(({ answered }) => answered),
      gaveUp: all.flatMap(({ gaveUp }) => gaveUp),
      waiting: all.flatMap(({ waiting }) => waiting),
    };
  }

  /** Routes of all requests in flight. */
  routesInFlight(): readonly WaitingRoute[] {
    return this.#every(({ requests }) => requests.describeAll(performance.now())).flat();
  }

  #every<Value>(read: (admission: HostedAdmission) => Value): Value[] {
    return [...this.#all].map(read);
  }
}

function observerOf(records: Records): RequestObserver {
  const { durations, written } = records;
  return {
    get isLate() {
      return written?.isLate === true;
    },
    started: (method, target) => records.requestStarted(method, target),
    answering(route, method, status, seconds, nowMs) {
      const announced = durations.answering(route, method, status, seconds);
      written?.answered(nowMs);
      return announced;
    },
    ended(announced, route, method, status, seconds, nowMs, traceparent) {
      durations.ended(announced, route, method, status, seconds, traceparent);
      if (announced === NOT_ANNOUNCED) written?.answered(nowMs);
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
