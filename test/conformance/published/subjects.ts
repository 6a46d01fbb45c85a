// Respite's cache as the published cases ask it.
import { Agent, type Dispatcher, request } from 'undici';
import { type Cache, type CacheStore, createCache } from '../../../src/cache/index.ts';
import type { Mode, Received, Send, Subject } from './run.ts';

/** Of a cache for one user. */
const PRIVATE = { mode: 'private', storeSetCookie: true } as const;

/** All options on that the cases are about; and time enough for an origin on a busy machine. */
const OPTIONS = {
  targets: ['cdn-cache-control'],
  unreachable: 'gateway-timeout',
  revalidationDeadlineMs: 60_000,
  storeTimeoutMs: 60_000,
} as const;

/** `cache.fetch`. @param store Default memory. */
export function throughFetch(mode: Mode, store?: CacheStore): Subject {
  const cache = create(mode, store);
  return { apart: true, mode, send: (url, init) => cache.fetch(url, init as RequestInit) };
}

/** `cache.interceptor()`. @param store Default memory. */
export function throughInterceptor(mode: Mode, store?: CacheStore): Subject {
  const cache = create(mode, store);
  return { apart: true, mode, send: requesting(new Agent().compose(cache.interceptor())) };
}

function create(mode: Mode, store: CacheStore | undefined): Cache {
  return createCache({ ...OPTIONS, ...(mode === 'private' && PRIVATE), store });
}

/** undici's `request` by a dispatcher. */
export function requesting(dispatcher: Dispatcher): Send {
  return async (url, { method = 'GET', headers, body, cache }) => {
    const answer = await request(url, {
      dispatcher,
      method,
      // As `fetch` says it to caches on the way.
      headers: [...headers, ...(cache === 'no-cache' ? [['cache-control', 'max-age=0']] : [])].flat(),
      body: body ?? null,
    });
    const received = new Headers();
    for (const [name, value] of Object.entries(answer.headers))
      for (const line of [value ?? []].flat()) received.append(name, line);
    return {
      status: answer.statusCode,
      headers: received,
      text: () => answer.body.text(),
    } satisfies Received;
  };
}
