import type { Policies } from '../client/policies.ts';
import { isAttempt } from '../core/attempts.ts';
import type { NamedOrigins } from './named-origins.ts';

type Fetch = typeof globalThis.fetch;

/**
 * Has the global `fetch` go through the client where it calls one of these origins.
 *
 * @param called Is called when a call has begun: the first one loads the undici of Node.js.
 * @returns Puts the `fetch` from before back, unless another one has been put in its place.
 */
export function policeFetch(policies: Policies, origins: NamedOrigins, called: () => void): () => void {
  const direct = globalThis.fetch;
  const fetch: Fetch = async (input, init) => {
    const promise =
      !isAttempt() && isNamed(input, origins) ? policies.fetch(input, init) : direct(input, init);
    called();
    return await promise;
  };
  globalThis.fetch = fetch;
  return () => {
    if (globalThis.fetch === fetch) globalThis.fetch = direct;
  };
}

/** What is no URL is for `fetch` to judge. */
function isNamed(input: Parameters<Fetch>[0], origins: NamedOrigins): boolean {
  const url = typeof input === 'object' && 'url' in input ? input.url : input;
  return origins.find(URL.parse(url)?.origin) !== undefined;
}
