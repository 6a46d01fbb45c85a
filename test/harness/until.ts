// Waiting for a condition, never for a time.
import { setTimeout as delay } from 'node:timers/promises';

/** Far more than anything here takes on a busy machine: reaching it is a failure, not a slow day. */
export const DEADLINE_MS = 30_000;

/** A wait that has taken this long, in ms, is one of seconds: from then on it asks a third as often, and costs a third. */
const LONG_MS = 1000;

/**
 * Asks again until the answer is neither undefined nor false; past the deadline fails, saying what it waited for.
 *
 * @param pauseMs Time between two questions in the first second. A question that costs a process something needs a longer one.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  detail: () => string = () => '',
  deadlineMs: number = DEADLINE_MS,
  pauseMs: number = 20,
): Promise<T> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > deadlineMs) throw new Error(`waited ${deadlineMs} ms for ${what}\n${detail()}`);
    await delay(waitedMs < LONG_MS ? pauseMs : 3 * pauseMs);
  }
}

/** Settles as `promise` does, or fails at the deadline, saying what it waited for. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  detail: () => string = () => '',
  deadlineMs: number = DEADLINE_MS,
): Promise<T> {
  const abort = new AbortController();
  const late = delay(deadlineMs, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`waited ${deadlineMs} ms for ${what}\n${detail()}`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}
