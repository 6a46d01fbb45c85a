import { Engine } from './engine/engine.ts';
import type { CacheStats } from './engine/statistics.ts';
import { fetchThrough } from './fetch/fetch.ts';
import { interceptThrough } from './dispatch/interceptor.ts';
import type { DispatchInterceptor } from '../core/dispatch-shapes.ts';
import { showInstruments } from './instruments.ts';
import { type CacheOptions, resolveCacheOptions } from './options.ts';
import { groupName, tagName } from './policy/tags.ts';

/** An HTTP cache. */
export interface Cache {
  /** `fetch`, with responses from the cache where RFC 9111 allows. What happened is in their Cache-Status field. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * The same cache for undici's dispatchers, version 7 and later: `new Agent().compose(cache.interceptor())`. Bodies are
   * stored as they come, so a response that is stored compressed is not taken for `fetch`.
   */
  interceptor(): DispatchInterceptor;
  /**
   * Makes all responses void that came with one of these tags, also those that are on their way; with an `origin`, such as
   * `https://api.example`, those that belong to one of its groups of that name (RFC 9875).
   */
  invalidateTags(tags: readonly string[], origin?: string): Promise<void>;
  /**
   * Removes what is stored for a URL, all variants of it, also what is on its way; with a `host`, what was asked for with that `Host`.
   * Rejects if the store can't be reached; what then stays is invalidated before it is used again.
   */
  invalidate(url: string | URL, host?: string): Promise<void>;
  /** Removes all that is stored, also what is on its way. */
  clear(): Promise<void>;
  /** What the cache has done since it was created. */
  stats(): CacheStats;
  /** Closes the store. Requests still work afterwards, but what they bring may not be kept. */
  close(): Promise<void>;
}

/**
 * Creates an HTTP cache for the requests of this process (RFC 9111), shared between its users unless told otherwise.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 */
export function createCache(options: CacheOptions = {}): Cache {
  const resolved = resolveCacheOptions(options);
  const engine = new Engine(resolved);
  const hideInstruments = showInstruments(engine.counted);
  return {
    fetch: fetchThrough(engine, resolved.fetch),
    interceptor: () => interceptThrough(engine),
    invalidateTags: (tags, origin) =>
      engine.invalidateTags(
        tags.map((tag) => (origin === undefined ? tagName(tag) : groupName(origin, tag))),
      ),
    invalidate: (url, host) => {
      const { href, hash } = new URL(url);
      return engine.invalidate(href.slice(0, href.length - hash.length), host);
    },
    clear: () => engine.clear(),
    stats: () => engine.stats(),
    close: async () => {
      hideInstruments();
      await resolved.store.close();
    },
  };
}
