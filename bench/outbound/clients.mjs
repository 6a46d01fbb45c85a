// The clients that are compared. Each calls a URL and gives the status, or throws.
import { createClient } from 'respite/client';

const ATTEMPTS = 3;
const NO_OPTIONS = {};

/** @param giveUpMs Time that an attempt has. */
function naive(giveUpMs) {
  return async (url, init) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { status } = await drained(
          await fetch(url, { ...init, signal: AbortSignal.timeout(giveUpMs) }),
        );
        if (status < 500 || attempt === ATTEMPTS) return status;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  };
}

async function drained(response) {
  await response.arrayBuffer();
  return response;
}

/** @param options Of respite's client. */
export function callerOf(kind, { giveUpMs = 1000, spread = 0, options = NO_OPTIONS } = {}) {
  if (kind === 'naive') return naive(giveUpMs);
  if (kind === 'respite') {
    const client = createClient({ attemptTimeoutMs: giveUpMs, deadlineMs: ATTEMPTS * giveUpMs, ...options });
    return async (url, init) => {
      const response = await drained(await client.fetch(url, init));
      return response.headers.has('respite-held-back') ? 0 : response.status;
    };
  }
  return async (url, init) => {
    const ms = Math.round(giveUpMs * (1 + spread * (2 * Math.random() - 1)));
    const { status } = await drained(await fetch(url, { ...init, signal: AbortSignal.timeout(ms) }));
    return status;
  };
}
