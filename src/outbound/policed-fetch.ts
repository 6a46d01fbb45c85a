// The client for code that does not know it: calls of the global `fetch` to origins that the configuration names.
import { createClient } from '../client/index.ts';
import type { OutboundOptions } from './options.ts';

type Fetch = typeof globalThis.fetch;

/**
 * Has the global `fetch` go through a client where it calls one of these origins. Calls to others are as they were.
 *
 * @returns Puts the `fetch` from before back, unless another one has been put in its place.
 */
export function policeFetch(options: OutboundOptions): () => void {
  const direct = globalThis.fetch;
  const client = createClient({ ...options, fetch: direct });
  const origins = new Set(Object.keys(options.origins).map((name) => new URL(name).origin));
  const fetch: Fetch = async (input, init) =>
    await (origins.has(originOf(input)) ? client.fetch(input, init) : direct(input, init));
  globalThis.fetch = fetch;
  return () => {
    client.close();
    if (globalThis.fetch === fetch) globalThis.fetch = direct;
  };
}

/** Empty for what is no URL, which is for `fetch` to judge. */
function originOf(input: Parameters<Fetch>[0]): string {
  return URL.parse(typeof input === 'string' || input instanceof URL ? input : input.url)?.origin ?? '';
}
