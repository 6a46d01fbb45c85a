// How long an event loop may stand still. A worker is judged by it while it serves and while it drains.

export interface ResolvedBlockedLoop {
  readonly unreadyMs: number;
  readonly evidenceMs: number;
  readonly killMs: number;
}

/** How bad it is: nothing; no new requests; an incident; past hope. */
export type Blocked = 'turning' | 'unready' | 'blocked' | 'hopeless';

/** @param gapMs How long the event loop has stood still although it could have turned; the watchdog's `gapMs`. */
export function judgeBlockedLoop(gapMs: number, options: ResolvedBlockedLoop | false): Blocked {
  if (options === false || gapMs < options.unreadyMs) return 'turning';
  if (gapMs < options.evidenceMs) return 'unready';
  return gapMs < options.killMs ? 'blocked' : 'hopeless';
}
