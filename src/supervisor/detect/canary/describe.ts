// A trial in words.
import { mb } from '../../../core/units.ts';
import type { Signal, TrialFigures } from './judge.ts';

/** Below this many answers of either version, differences would not have been seen. */
const FEW_REQUESTS = 200;

/** @param names Of both versions: `worker 4`, `worker 1` or `the 3 old workers`. */
export interface Names {
  readonly fresh: string;
  readonly old: string;
}

/** Why the new version is taken back. */
export function problemOf(what: Signal, figures: TrialFigures, { fresh, old }: Names): string {
  const counts = countsOf(figures);
  switch (what) {
    case 'errors':
      return `${fresh} answers ${failed(figures.fresh)} of requests with 5xx, ${old} ${failed(figures.old)} (${counts})`;
    case 'latency':
      return `${fresh} takes ${times(figures.latencyRatio)} as long as ${old} for the same routes (${counts})`;
    case 'cpu':
      return `${fresh} uses ${times(figures.cpuRatio)} as much CPU time per request as ${old} (${counts})`;
    case 'loop-delay':
      return `${fresh} has ${times(figures.loopDelayRatio)} the event-loop delay of ${old} (${counts})`;
    default:
      return `the live heap of ${fresh} grows by ${mb(figures.leakBytesPerSecond ?? 0)} MB/s, that of ${old} by at most ${mb(figures.oldLeakBytesPerSecond ?? 0)} MB/s`;
  }
}

/** Everything that was compared, one sentence each. */
export function factsOf(figures: TrialFigures, { fresh, old }: Names): readonly string[] {
  return [
    `${fresh} answered ${failed(figures.fresh)} of requests with 5xx, ${old} ${failed(figures.old)} (${countsOf(figures)})`,
    `latency for the same routes: ${times(figures.latencyRatio)} that of ${old}`,
    `CPU time per request: ${times(figures.cpuRatio)} that of ${old}`,
    `event-loop delay: ${times(figures.loopDelayRatio)} that of ${old}`,
  ];
}

/** What a trial was based on whose end was no verdict. */
export function acceptanceOf(figures: TrialFigures, { fresh, old }: Names): string {
  const counts = countsOf(figures);
  if (Math.min(figures.fresh.answered, figures.old.answered) < FEW_REQUESTS)
    return `${fresh} is kept, but too few requests came to compare it with ${old} (${counts})`;
  return (
    `${fresh} is no worse than ${old}: 5xx ${failed(figures.fresh)} and ${failed(figures.old)}, ` +
    `${times(figures.latencyRatio)} the latency, ${times(figures.cpuRatio)} the CPU time per request (${counts})`
  );
}

function countsOf({ fresh, old }: TrialFigures): string {
  return `${fresh.answered} and ${old.answered} requests`;
}

function failed({ answered, failed: count }: TrialFigures['fresh']): string {
  return `${((100 * count) / Math.max(1, answered)).toFixed(1)} %`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} times`;
}
