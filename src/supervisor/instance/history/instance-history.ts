import { CRITICALITIES, type Criticality } from '../../../admission/policy.ts';
import { SHED_REASONS, type ShedReason } from '../../../admission/stats.ts';
import { quantile } from '../../../core/quantile.ts';
import { type Resource, RESOURCES, utilization } from '../../../telemetry/utilization.ts';
import type { WorkerSample } from '../../../worker/index.ts';
import type { WorkerStatus } from '../../workers/status.ts';
import { FIRST_BUCKET, type Counter, placeOf } from './counters.ts';
import { History } from '../../../core/history.ts';
import { Rates } from './rates.ts';

/** What is kept of the instance as a whole. */
export type InstanceMeasure =
  /** Requests a second: answered well; with an error of the server's own; let through in a dry run only. */
  | 'served'
  | 'failed'
  | 'wouldRefuse'
  /** Refused a second, by reason: admission's, connections closed without a request, and what the fallback responder has answered. */
  | `reason-${ShedReason | 'connection' | 'no-worker'}`
  /** The same by class, where the class is known. */
  | `class-${Criticality}`
  /** How full the instance is, and each of its resources. */
  | 'utilization'
  | `full-${Resource}`
  | 'inFlight'
  | 'limit'
  /** Of the worker whose event loop is latest. */
  | 'loopDelayMs'
  | 'loopUtilization'
  /** Of what was served. */
  | 'p50Ms'
  | 'p95Ms'
  | 'p99Ms'
  /** Of all workers. */
  | 'rssBytes'
  | 'heapBytes'
  /** Of the requests to the HTTP cache, answered from the store. */
  | 'cacheHitRatio'
  /** Requests of the workers to other services without a response, and those that have waited for longer than a second. */
  | 'callsInFlight'
  | 'callsWaiting'
  /** What slow clients have not taken yet, and how many of them were given up a second. */
  | 'pendingBytes'
  | 'evicted'
  | 'readyWorkers';

export const INSTANCE_MEASURES: readonly InstanceMeasure[] = [
  'served',
  'failed',
  'wouldRefuse',
  ...SHED_REASONS.map((reason) => `reason-${reason}` as const),
  'reason-connection',
  'reason-no-worker',
  ...CRITICALITIES.map((criticality) => `class-${criticality}` as const),
  'utilization',
  ...RESOURCES.map((resource) => `full-${resource}` as const),
  'inFlight',
  'limit',
  'loopDelayMs',
  'loopUtilization',
  'p50Ms',
  'p95Ms',
  'p99Ms',
  'rssBytes',
  'heapBytes',
  'cacheHitRatio',
  'callsInFlight',
  'callsWaiting',
  'pendingBytes',
  'evicted',
  'readyWorkers',
];

/** What is known at a moment. */
export interface InstanceReading {
  readonly workers: readonly WorkerStatus[];
  /** Clients that the fallback responder has answered so far. */
  readonly fallbackAnswered: number;
}

const UNKNOWN = Object.fromEntries(INSTANCE_MEASURES.map((name) => [name, Number.NaN])) as Record<
  InstanceMeasure,
  number
>;

/** More buckets than a histogram of durations has. */
const MOST_BUCKETS = 64;

/** Of all workers together, a moment a second. */
export class InstanceHistory {
  readonly history: History<InstanceMeasure>;
  readonly #rates = new Map<number, Rates>();
  #fallbackAnswered = 0;
  #atMs = Number.NaN;

  /** @param length In seconds. */
  constructor(length: number) {
    this.history = new History(INSTANCE_MEASURES, length);
  }

  add(nowMs: number, { workers, fallbackAnswered }: InstanceReading): void {
    const seconds = (nowMs - this.#atMs) / 1000;
    const answered = Math.max(0, fallbackAnswered - this.#fallbackAnswered);
    this.#fallbackAnswered = fallbackAnswered;
    this.#atMs = nowMs;
    const noWorker = Number.isNaN(seconds) ? 0 : answered / Math.max(0.1, seconds);
    const bounds = workers.find(({ sample }) => sample !== undefined)?.sample?.duration.boundsSeconds ?? [];
    this.history.add({
      ...UNKNOWN,
      ...traffic(this.#perSecond(workers, nowMs), bounds, noWorker),
      ...standing(workers),
      atMs: nowMs,
    });
  }

  /** The rates of all workers, summed. */
  #perSecond(workers: readonly WorkerStatus[], nowMs: number): Float64Array {
    const all = new Float64Array(FIRST_BUCKET + MOST_BUCKETS);
    for (const { id, sample, sampleAgeMs = 0 } of workers) {
      let rates = this.#rates.get(id);
      if (rates === undefined) this.#rates.set(id, (rates = new Rates()));
      const own = rates.read(sample, nowMs - sampleAgeMs, nowMs);
      for (let i = 0; i < own.length; i += 1) all[i] = (all[i] ?? 0) + (own[i] ?? 0);
    }
    for (const id of this.#rates.keys()) {
      if (!workers.some((worker) => worker.id === id)) this.#rates.delete(id);
    }
    return all;
  }
}

/** What is not given is not known. */
type Some = Partial<Record<InstanceMeasure, number>>;

function traffic(perSecond: Float64Array, boundsSeconds: readonly number[], noWorker: number): Some {
  const rate = (counter: Counter): number => perSecond[placeOf(counter)] ?? 0;
  const counts = [...perSecond.subarray(FIRST_BUCKET, FIRST_BUCKET + boundsSeconds.length + 1)];
  const at = (share: number): number => 1000 * (quantile(boundsSeconds, counts, share) ?? Number.NaN);
  const shed = SHED_REASONS.reduce((total, reason) => total + rate(reason), 0);
  // Refusals are answered with 429 or 503; whatever else has 500 and above is the server's own.
  const shedAs5xx = Math.max(0, shed - rate('answered429'));
  const some: Some = {
    served: rate('served'),
    failed: Math.max(0, rate('answered5xx') - shedAs5xx),
    wouldRefuse: rate('wouldRefuse'),
    'reason-connection': rate('connections'),
    'reason-no-worker': noWorker,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    cacheHitRatio: rate('cacheFromStore') / rate('cacheAsked'),
    evicted: rate('evicted'),
  };
  for (const reason of SHED_REASONS) some[`reason-${reason}`] = rate(reason);
  for (const criticality of CRITICALITIES) some[`class-${criticality}`] = rate(criticality);
  return some;
}

function standing(workers: readonly WorkerStatus[]): Some {
  const serving = workers.filter(({ state }) => state !== 'draining' && state !== 'standby');
  const each = (
    list: readonly WorkerStatus[],
    read: (worker: WorkerStatus) => number | undefined,
  ): number[] => list.flatMap((worker) => read(worker) ?? []);
  const gauge = (name: string): number => sum(each(workers, ({ sample }) => instrument(sample, name)));
  return {
    ...fullness(workers),
    inFlight: sum(each(workers, ({ report, sample }) => report?.inFlight ?? sample?.admission.inFlight)),
    limit: sum(each(serving, ({ sample }) => sample?.admission.limit)),
    // Samples come from the event loop itself: while it stands still there are none, and the watchdog tells.
    loopDelayMs: most(
      each(serving, ({ report, sample }) =>
        report === undefined && sample === undefined
          ? undefined
          : Math.max(report?.gapMs ?? 0, 1000 * (sample?.eventLoopDelayP99Seconds ?? 0)),
      ),
    ),
    loopUtilization: most(
      each(serving, ({ report, sample }) => report?.utilization ?? sample?.eventLoopUtilization),
    ),
    rssBytes: sum(each(workers, ({ report, sample }) => report?.rssBytes ?? sample?.rssBytes)),
    heapBytes: sum(each(workers, ({ sample }) => sample?.heapUsedBytes)),
    callsInFlight: gauge('respite_client_requests_in_flight'),
    callsWaiting: gauge('respite_client_requests_waiting'),
    pendingBytes: gauge('respite_backpressure_pending_bytes'),
    readyWorkers: serving.filter(({ state }) => state === 'ready').length,
  };
}

function fullness(workers: readonly WorkerStatus[]): Some {
  const full = utilization({ workers });
  if (full === undefined) return {};
  const some: Some = { utilization: full.value };
  for (const resource of RESOURCES) some[`full-${resource}`] = full.resources[resource] ?? 0;
  return some;
}

function instrument(sample: WorkerSample | undefined, wanted: string): number | undefined {
  return sample?.instruments
    .find(({ name }) => name === wanted)
    ?.series.reduce((total, { value }) => total + value, 0);
}

/** Not a number when it is unknown. */
function sum(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((total, value) => total + value, 0);
}

function most(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}
