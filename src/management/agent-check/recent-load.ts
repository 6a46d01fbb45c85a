import type { History, InstanceMeasure } from '../../supervisor/index.ts';
import { loadOf } from './weight.ts';

/** Means are taken over this: shed requests come in bursts. */
const SECONDS = 3;

/** Shed because the instance is full, not because of what the request is, or since its caller waits no longer. */
const SHED: readonly InstanceMeasure[] = [
  'reason-priority',
  'reason-in-flight',
  'reason-bytes',
  'reason-turn',
  'reason-connection',
  'reason-no-worker',
  // What a dry run lets through is as much too much.
  'wouldRefuse',
];

/** What clients ask of the instance, as a share of what it can do; not a number while nothing is known. */
export function recentLoad(history: History<InstanceMeasure> | undefined): number {
  if (history === undefined || history.added === 0) return Number.NaN;
  const mean = (name: InstanceMeasure): number => {
    const { values } = history.curve(name, Math.max(history.oldest, history.added - SECONDS));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const shed = SHED.reduce((sum, name) => sum + mean(name), 0);
  const served = mean('served') + mean('failed') - mean('wouldRefuse');
  return loadOf(mean('utilization'), Math.max(0, served), shed);
}
