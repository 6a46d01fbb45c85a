import type { MetricsSample, MetricsSnapshot } from './snapshot.ts';

/**
 * How much of what this instance can do it does now, 0 to 1: of each worker, requests or bytes in flight against their limits, or
 * its busy event loop, whichever is more; the mean over the workers that take requests. For autoscalers: twice as many instances
 * halve it.
 *
 * @returns Undefined while no worker has said anything.
 */
export function utilization({ workers }: Pick<MetricsSnapshot, 'workers'>): number | undefined {
  const shares = workers.flatMap(({ state, sample }): number[] => {
    if (state === 'unresponsive') return [1];
    if (state === 'draining' || sample === undefined) return [];
    return [workerUtilization(sample)];
  });
  return shares.length === 0 ? undefined : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** The same of one worker that takes requests. */
export function workerUtilization({ admission, eventLoopUtilization }: WorkerLoad): number {
  return Math.min(1, Math.max(admission.utilization, eventLoopUtilization));
}

interface WorkerLoad extends Pick<MetricsSample, 'eventLoopUtilization'> {
  readonly admission: Pick<MetricsSample['admission'], 'utilization'>;
}
