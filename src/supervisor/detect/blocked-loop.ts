import type { WatchdogReport } from '../../worker/index.ts';
import { seconds } from './figures.ts';
import type { Finding } from './finding.ts';
import type { ResolvedBlockedLoop } from './options.ts';

/** How bad it is: nothing; no new requests; an incident; past hope. */
export type Blocked = 'turning' | 'unready' | 'blocked' | 'hopeless';

/** @param gapMs How long the event loop has stood still although it could have turned; the watchdog's `gapMs`. */
export function judgeBlockedLoop(gapMs: number, options: ResolvedBlockedLoop | false): Blocked {
  if (options === false || gapMs < options.unreadyMs) return 'turning';
  if (gapMs < options.evidenceMs) return 'unready';
  return gapMs < options.killMs ? 'blocked' : 'hopeless';
}

/** The same as a finding; undefined while it is none. */
export function findBlockedLoop(
  id: number,
  { gapMs, starvedGapMs, lastRequest }: WatchdogReport,
  options: ResolvedBlockedLoop,
): Finding | undefined {
  const blocked = judgeBlockedLoop(gapMs, options);
  if (blocked === 'turning' || blocked === 'unready') return undefined;
  const since = lastRequest === '' ? '' : ` since ${lastRequest}`;
  const summary = `the event loop of worker ${id} has not turned for ${seconds(gapMs)}${since}`;
  return {
    cause: 'event-loop-blocked',
    severity: blocked === 'hopeless' ? 'kill' : 'replace',
    summary,
    facts: [
      summary,
      ...(starvedGapMs > 0 ? [`beside that it waited ${seconds(starvedGapMs)} for a processor`] : []),
    ],
  };
}
