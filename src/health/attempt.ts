import { processRedaction } from '../core/redact.ts';
import type { HealthCheck } from './check.ts';
import type { Clock } from './clock.ts';
import { type Read, readFailure, readFinding } from './finding.ts';
import type { Outcome } from './judge.ts';

/** One run of a check, from its start until its promise settles, which may be long after its time-out. */
export interface Attempt {
  /** Gives it up: nothing is told any more. */
  abandon(): void;
}

export interface AttemptEvents {
  /** Once: what it found, or that it took too long. */
  readonly onOutcome: (outcome: Outcome) => void;
  /** Once: nothing of it is left. Before or after the outcome. */
  readonly onSettled: () => void;
}

/** A timer that is later than this, in ms, was kept waiting by something else than its own work. */
const MIN_BLOCKED_MS = 50;

/** Runs a check once. Never throws, and tells nothing before it returns. */
export function attempt(
  check: HealthCheck,
  timeoutMs: number,
  clock: Clock,
  { onOutcome, onSettled }: AttemptEvents,
): Attempt {
  const { redact } = processRedaction();
  const abort = new AbortController();
  const startedMs = clock.steadyMs();
  let told = false;
  const tell = (found: Read): void => {
    if (told) return;
    told = true;
    cancelTimeout();
    onOutcome({ ...found, durationMs: clock.steadyMs() - startedMs });
  };
  const late = `no answer within ${timeoutMs} ms`;
  const giveUp = (): void => {
    abort.abort(new Error(late));
    tell(readFailure(late, redact));
  };
  let cancelTimeout = clock.after(timeoutMs, () => {
    const lateMs = clock.steadyMs() - startedMs - timeoutMs;
    if (lateMs < MIN_BLOCKED_MS) giveUp();
    // The event loop was blocked: an answer that came in time has not been read yet.
    else cancelTimeout = clock.after(Math.min(lateMs, timeoutMs), giveUp);
  });
  // In a promise of its own, so that a check that throws at once is like one that rejects.
  Promise.resolve()
    .then(() => check.run(abort.signal))
    .then(
      (finding: unknown) => tell(readFinding(finding, redact)),
      (error: unknown) => tell(readFailure(error, redact)),
    )
    .finally(onSettled);
  return {
    abandon: () => {
      told = true;
      cancelTimeout();
      abort.abort(new Error('no longer wanted'));
    },
  };
}
