import { setTimeout as delay } from 'node:timers/promises';

/** Minimum time for the first connection in milliseconds, however impatient the clients of the run are: its TLS handshake loads code. */
const MIN_MS = 5000;

/** Rejects with `ETIMEDOUT` when the first connection is not open in time. */
export async function firstOpens(timeoutMs: number, opens: Promise<void>): Promise<void> {
  const settled = new AbortController();
  const late = async (): Promise<void> => {
    await delay(Math.max(MIN_MS, timeoutMs), undefined, { signal: settled.signal, ref: false }).catch(
      () => {},
    );
    throw Object.assign(new Error('it takes too long'), { code: 'ETIMEDOUT' });
  };
  try {
    await Promise.race([opens, late()]);
  } finally {
    settled.abort();
  }
}
