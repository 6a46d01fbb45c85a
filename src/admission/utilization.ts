import type { AdmissionStats } from './stats.ts';

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
 * A worker that sheds this share of its requests to make room is full of its fullest resource, whatever the mean of a second says: what arrives in
 * bursts leaves an event loop time between them. Without this, an autoscaler would see no need for more instances.
 */
const FULL_FROM = 0.05;

/** What is known of a worker. */
export interface WorkerLoad {
  readonly eventLoopUtilization: number;
  readonly admission: Pick<
    AdmissionStats,
    'limit' | 'inFlight' | 'bodyBudgetBytes' | 'bytesInFlight' | 'utilization' | 'refusedShare' | 'pressure'
  >;
}

/** How much of what a worker can do it does now, 0 to 1. */
export function workerUtilization(sample: WorkerLoad): number {
  return Math.max(...Object.values(workerResources(sample)));
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
  for (const [name, share] of Object.entries(resources)) {
    resources[name] = Math.min(1, Math.max(0, share || 0));
  }
  if (refusedShare >= FULL_FROM) resources[fullestOf(resources)] = 1;
  return resources;
}

/** The name of the resource of which there is least left. */
export function fullestOf(resources: Readonly<Record<string, number>>): string {
  return Object.entries(resources).reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}
