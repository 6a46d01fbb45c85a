// Waiting for a condition, never for a time.
import { setTimeout as delay } from 'node:timers/promises';

/** Far more than anything here takes on a busy machine: reaching it is a failure, not a slow day. */
export const DEADLINE_MS = 30_000;

/**
 * Asks again until the answer is neither undefined nor false; past the deadline fails, saying what it waited for.
 *
 * @param pauseMs Time between two questions. A question that costs a process something needs a longer one.
 */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  detail: () => string = () => '',
  deadlineMs: number = DEADLINE_MS,
  pauseMs: number = 20,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}\n${detail()}`);
    await delay(pauseMs);
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
