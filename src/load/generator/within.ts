import { setTimeout as delay } from 'node:timers/promises';

/** Rejects with `ETIMEDOUT` when the promise does not settle in time. */
export async function within(ms: number, promise: Promise<void>): Promise<void> {
  const settled = new AbortController();
  const late = async (): Promise<void> => {
    await delay(ms, undefined, { signal: settled.signal, ref: false }).catch(() => {});
    throw Object.assign(new Error('it takes too long'), { code: 'ETIMEDOUT' });
  };
  try {
    await Promise.race([promise, late()]);
  } finally {
    settled.abort();
  }
}
