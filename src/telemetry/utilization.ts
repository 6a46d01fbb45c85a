import { fullestOf, RESOURCES, workerResources } from '../admission/utilization.ts';
import type { MetricsSnapshot } from './snapshot.ts';

export { type Resource, RESOURCES, workerResources, workerUtilization } from '../admission/utilization.ts';

/** How full an instance is, and of what. */
export interface Utilization {
  /** 0 to 1: of each worker its fullest resource; the mean over the workers that take requests. */
  readonly value: number;
  /** The resource that is fullest: what the instance sheds for, or will. */
  readonly fullest: string;
  /** Each resource, 0 to 1; the mean over the workers that take requests. */
  readonly resources: Readonly<Record<string, number>>;
}

/**
 * How much of what this instance can do it does now. For autoscalers and load balancers: twice as many instances halve it.
 *
 * @returns Undefined while no worker has sent a sample.
 */
export function utilization({ workers }: Pick<MetricsSnapshot, 'workers'>): Utilization | undefined {
  const all = workers.flatMap(({ state, sample }): Readonly<Record<string, number>>[] => {
    if (state === 'unresponsive') return [{ 'event-loop': 1 }];
    if (state === 'draining' || state === 'standby' || sample === undefined) return [];
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
