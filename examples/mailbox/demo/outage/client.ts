import { createClient } from 'respite/client';
import { Agent, interceptors, request } from 'undici';
import type { ClientName } from './plan.ts';

/** Calls a URL. Resolves with the status, or rejects. */
export type Call = (url: string) => Promise<number>;

const TRIES = 3;
const TIMEOUT_MS = 2000;

/** Each tier has one of its own, as it would in production. */
export function createCall(name: ClientName): Call {
  switch (name) {
    case 'naive':
      return naive;
    case 'undici-retry':
      return withDispatcher(new Agent().compose(interceptors.retry()));
    default:
      return throughRespite();
  }
}

/** What is written in a hurry: three tries, one right after the other. */
async function naive(url: string): Promise<number> {
  for (let tried = 1; ; tried += 1) {
    const status = await once(url).catch(() => 0);
    if ((status > 0 && status < 500) || tried === TRIES) return status;
  }
}

async function once(url: string): Promise<number> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  await response.arrayBuffer();
  return response.status;
}

function withDispatcher(dispatcher: ReturnType<Agent['compose']>): Call {
  return async (url) => {
    const { statusCode, body } = await request(url, { dispatcher });
    await body.dump();
    return statusCode;
  };
}

function throughRespite(): Call {
  const client = createClient({ attemptTimeoutMs: TIMEOUT_MS });
  return async (url) => {
    const response = await client.fetch(url);
    await response.arrayBuffer();
    return response.status;
  };
}
