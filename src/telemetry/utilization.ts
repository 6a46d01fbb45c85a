import type { MetricsSample, MetricsSnapshot } from './snapshot.ts';

/** How full an instance is, and of what. */
export interface Utilization {
  /** 0 to 1: of each worker its fullest resource; the mean over the workers that take requests. */
  readonly value: number;
  /** The resource that is fullest: what the instance sheds for, or will. */
  readonly fullest: string;
  /** Each resource, 0 to 1; the mean over the workers that take requests. */
  readonly resources: Readonly<Record<string, number>>;
}

/** What every worker has. Pressure signals beside these, such as `write-budget` and those of the user's code, are resources too. */
export type Resource = 'event-loop' | 'in-flight' | 'bytes' | 'memory';

export const RESOURCES: readonly Resource[] = ['event-loop', 'in-flight', 'bytes', 'memory'];

/** Signals that measure what is a resource already. */
const MEASURED_ANYWAY: ReadonlySet<string> = new Set([
  'loop-delay',
  'loop-utilization',
  'in-flight',
  'bytes',
  'cpu',
  'requests-per-second',
]);

/**
 * How much of what this instance can do it does now. For autoscalers and load balancers: twice as many instances halve it.
 *
 * @returns Undefined while no worker has sent a sample.
 */
export function utilization({ workers }: Pick<MetricsSnapshot, 'workers'>): Utilization | undefined {
  const all = workers.flatMap(({ state, sample }): Readonly<Record<string, number>>[] => {
    if (state === 'unresponsive') return [{ 'event-loop': 1 }];
    if (state === 'draining' || sample === undefined) return [];
    return [workerResources(sample)];
  });
  if (all.length === 0) return undefined;
  const names = new Set([...RESOURCES, ...all.flatMap((resources) => Object.keys(resources))]);
  const resources = Object.fromEntries(
    [...names].map((name) => [name, mean(all.map((one) => one[name] ?? 0))]),
  );
  return {
    value: mean(all.map((one) => Math.max(...Object.values(one)))),
    fullest: fullestOf(resources),
    resources,
  };
}

/** The same of one worker that takes requests. */
export function workerUtilization(sample: WorkerLoad): number {
  return Math.max(...Object.values(workerResources(sample)));
}

interface WorkerLoad extends Pick<MetricsSample, 'eventLoopUtilization'> {
  readonly admission: Pick<
    MetricsSample['admission'],
    'limit' | 'inFlight' | 'bodyBudgetBytes' | 'bytesInFlight' | 'utilization' | 'refusedShare' | 'pressure'
  >;
}

/**
 * How full each resource of a worker is, 0 to 1. Memory and the user's own signals count by their pressure, which begins at their
 * `exit` threshold: a heap is 80 % full on a server that is idle, and more instances would not change that.
 */
export function workerResources({ admission, eventLoopUtilization }: WorkerLoad): Record<string, number> {
  const { limit, inFlight, bodyBudgetBytes, bytesInFlight, refusedShare, pressure } = admission;
  // Several servers in one process have a limit each: the fullest one is `utilization`, and which it is of decides by the sums.
  const [units, bytes] = [inFlight / limit, bytesInFlight / bodyBudgetBytes];
  const fullest = Math.max(admission.utilization, units, bytes);
  const late = pressure.find(({ signal }) => signal === 'loop-delay')?.pressure ?? 0;
  const resources: Record<string, number> = {
    // A loop that is late without being busy all the time matters while requests are shed for it.
    'event-loop': refusedShare > 0 ? Math.max(eventLoopUtilization, late) : eventLoopUtilization,
    'in-flight': units >= bytes ? fullest : units,
    bytes: units >= bytes ? bytes : fullest,
    memory: 0,
  };
  for (const { signal, pressure: own } of pressure) {
    if (!MEASURED_ANYWAY.has(signal)) resources[signal] = own;
  }
  for (const [name, share] of Object.entries(resources))
    resources[name] = Math.min(1, Math.max(0, share || 0));
  return resources;
}

function fullestOf(resources: Readonly<Record<string, number>>): string {
  return Object.entries(resources).reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
