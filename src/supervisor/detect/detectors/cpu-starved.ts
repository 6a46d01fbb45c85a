import { seconds } from '../../../core/units.ts';
import type { WatchdogReport } from '../../../worker/index.ts';

import type { Finding } from './finding.ts';
import type { ResolvedCpuStarved } from './cpu-starved-options.ts';

/**
 * The event loop has turned again, after it stood still because the machine, or the control group, had no processor for it. That
 * hurts as a hang does, but another worker would only be one more to starve.
 *
 * @param before What was reported before.
 */
export function findCpuStarved(
  before: WatchdogReport | undefined,
  id: number,
  report: WatchdogReport,
  { afterMs }: ResolvedCpuStarved,
): Finding | undefined {
  if (before === undefined || report.starvedGapMs >= before.starvedGapMs) return undefined;
  const { starvedGapMs, gapMs } = before;
  // One that stood still by itself for longer than it had to wait was not held up by others.
  if (starvedGapMs < afterMs || gapMs > starvedGapMs) return undefined;
  return {
    cause: 'cpu-starved',
    severity: 'incident',
    summary: `worker ${id} could not run for ${seconds(starvedGapMs)}: it was ready, and no processor was free for it`,
    facts: [
      `${seconds(starvedGapMs)} in the run queue of the kernel`,
      `${seconds(gapMs)} in which it could have turned and did not`,
    ],
  };
}
