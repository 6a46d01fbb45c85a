import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { AdmissionStats, HostedAdmission, SignalPressure } from '../admission/index.ts';
import type { Instrument, InstrumentRegistry } from '../core/instruments.ts';
import type { RuntimeReader } from './runtime-figures.ts';
import type { SentSample } from './sample.ts';

/** How often a worker reports. The supervisor calls a worker silent for three of these unresponsive. */
export const SAMPLE_INTERVAL_MS = 1000;

/** Resolution of the event-loop delay monitor: its timer fires this often, so it is no finer than needed. */
const DELAY_RESOLUTION_MS = 20;

/** What is counted for each request, as far as it is told. */
type Counted = Pick<SentSample, 'counters' | 'exemplars'>;

/** Reads the worker's state once a second; windows are the difference between two readings. */
export class Sampler {
  readonly #admissions: ReadonlySet<HostedAdmission>;
  readonly #counted: () => Counted;
  /** Undefined until {@link watchRuntime}. */
  #runtime: RuntimeReader | undefined;
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  #utilization = performance.eventLoopUtilization();

  /**
   * @param admissions The process's own first, then those of servers protected in code.
   * @param counted What has to be told because it can't be read.
   */
  constructor(admissions: ReadonlySet<HostedAdmission>, counted: () => Counted) {
    this.#admissions = admissions;
    this.#counted = counted;
  }

  start(report: (sample: SentSample) => void): void {
    this.#delay.enable();
    setInterval(() => report(this.sample()), SAMPLE_INTERVAL_MS).unref();
  }

  /** Samples have figures of V8 and Node.js from now on. */
  watchRuntime(runtime: RuntimeReader): void {
    this.#runtime = runtime;
    runtime.start();
  }

  sample(): SentSample {
    const utilization = performance.eventLoopUtilization();
    const { utilization: eventLoopUtilization } = performance.eventLoopUtilization(
      utilization,
      this.#utilization,
    );
    this.#utilization = utilization;
    const delayMs = this.#delay.count === 0 ? 0 : this.#delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS;
    const runtime = this.#runtime?.read(this.#delay, DELAY_RESOLUTION_MS);
    this.#delay.reset();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      admission: sum(inUse([...this.#admissions]).map((admission) => admission.stats())),
      eventLoopUtilization,
      eventLoopDelayP99Seconds: Math.max(0, delayMs) / 1000,
      rssBytes: rss,
      heapUsedBytes: heapUsed,
      cpuSeconds: (user + system) / 1e6,
      instruments: instruments(),
      ...this.#counted(),
      runtime,
    };
  }
}

/** The same as core/instruments.ts's, which is loaded by those who count: where nobody does, there is nothing to read. */
const kRegistry: unique symbol = Symbol.for('respite.instruments');

function instruments(): readonly Instrument[] {
  return (process as { [kRegistry]?: InstrumentRegistry })[kRegistry]?.read() ?? [];
}

/** Those that requests come to: where all servers are protected in code, the limits of the process's own mean nothing. */
function inUse(admissions: readonly HostedAdmission[]): readonly HostedAdmission[] {
  const found = admissions.filter(({ hasRequests }) => hasRequests);
  return found.length > 0 ? found : admissions.slice(0, 1);
}

/** Several admissions as one: a worker whose servers are protected in code has one each. */
function sum(all: readonly AdmissionStats[]): SentSample['admission'] {
  const add = (
    key: 'limit' | 'inFlight' | 'bodyBudgetBytes' | 'bytesInFlight' | 'connectionsRefused',
  ): number => all.reduce((total, stats) => total + stats[key], 0);
  return {
    limit: add('limit'),
    inFlight: add('inFlight'),
    bodyBudgetBytes: add('bodyBudgetBytes'),
    bytesInFlight: add('bytesInFlight'),
    utilization: Math.max(...all.map((stats) => stats.utilization)),
    refusedShare: Math.max(...all.map((stats) => stats.refusedShare)),
    pressure: hardest(all.flatMap((stats) => stats.pressure)),
    connectionsRefused: add('connectionsRefused'),
  };
}

/** Of each signal the reading that presses hardest. */
function hardest(readings: readonly SignalPressure[]): SignalPressure[] {
  const found = new Map<string, SignalPressure>();
  for (const reading of readings) {
    const { signal, pressure } = reading;
    if (pressure >= (found.get(signal)?.pressure ?? 0)) found.set(signal, reading);
  }
  return [...found.values()];
}
