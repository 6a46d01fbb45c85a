import { seconds } from '../../../core/units.ts';
import type { WatchdogReport } from '../../../worker/index.ts';

import type { Finding } from './finding.ts';
import { judgeBlockedLoop, type ResolvedBlockedLoop } from '../../workers/process/blocked.ts';

/** An event loop that stands still, as a finding; undefined while it is none. */
export function findBlockedLoop(
  id: number,
  { gapMs, starvedGapMs, lastRequest }: WatchdogReport,
  options: ResolvedBlockedLoop,
): Finding | undefined {
  const blocked = judgeBlockedLoop(gapMs, options);
  if (blocked === 'turning' || blocked === 'unready') return undefined;
  const since = lastRequest === '' ? '' : ` since ${lastRequest}`;
  const summary = `the event loop of worker ${id} has been blocked for ${seconds(gapMs)}${since}`;
  return {
    cause: 'event-loop-blocked',
    severity: blocked === 'hopeless' ? 'kill' : 'replace',
    summary,
    gapMs,
    facts: [
      summary,
      ...(starvedGapMs > 0 ? [`it also waited ${seconds(starvedGapMs)} for a processor`] : []),
    ],
  };
}
