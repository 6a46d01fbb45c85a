// How long an event loop may stand still. A worker is judged by it while it serves and while it drains.

/** In milliseconds. */
export interface ResolvedBlockedLoop {
  /** From then on the worker should get no new request. Default 2000. */
  readonly unreadyMs: number;
  /** From then on it is an incident: the stack is taken, a replacement started. Default 5000; 2000 with `supervisor.standby`. */
  readonly evidenceMs: number;
  /** Then the worker is killed. Default 10000. */
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
