// Respite's cache as the published cases ask it.
import { Agent, type Dispatcher, request } from 'undici';
import { type CacheStore, createCache } from '../../../src/cache/index.ts';
import type { Received, Send, Subject } from './run.ts';

/** All options on that the cases are about; and time enough for an origin on a busy machine. */
const OPTIONS = {
  targets: ['cdn-cache-control'],
  unreachable: 'gateway-timeout',
  revalidationDeadlineMs: 60_000,
  storeTimeoutMs: 60_000,
} as const;

/** `cache.fetch`. @param store Default memory. */
export function throughFetch(store?: CacheStore): Subject {
  const cache = createCache({ ...OPTIONS, store });
  return { apart: true, send: (url, init) => cache.fetch(url, init as RequestInit) };
}

/** `cache.interceptor()`. @param store Default memory. */
export function throughInterceptor(store?: CacheStore): Subject {
  const cache = createCache({ ...OPTIONS, store });
  return { apart: true, send: requesting(new Agent().compose(cache.interceptor())) };
}

/** undici's `request` by a dispatcher. */
export function requesting(dispatcher: Dispatcher): Send {
  return async (url, { method = 'GET', headers, body }) => {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: headers.flat(),
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
