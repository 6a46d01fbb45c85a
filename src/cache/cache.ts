import type { DispatchInterceptor } from '../core/dispatch-shapes.ts';
import { type CacheControls, controlsOf } from './controls.ts';
import { interceptThrough } from './dispatch/interceptor.ts';
import { Engine } from './engine/engine.ts';
import { fetchThrough } from './fetch/fetch.ts';
import { type CacheOptions, resolveCacheOptions } from './options.ts';

/** An HTTP cache. */
export interface Cache extends CacheControls {
  /** `fetch`, with responses from the cache where RFC 9111 allows. What happened is in their Cache-Status field. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * The same cache for undici's dispatchers, version 7 and later: `new Agent().compose(cache.interceptor())`. Bodies are
   * stored as they come, so a response that is stored compressed is not taken for `fetch`.
   */
  interceptor(): DispatchInterceptor;
}

/**
 * Creates an HTTP cache for the requests of this process (RFC 9111), shared between its users unless told otherwise.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createCache, memoryStore } from 'respite/cache';
 *
 * const cache = createCache({ store: memoryStore({ limitBytes: 128 * 1024 * 1024 }) });
 * const response = await cache.fetch('https://api.example/products');
 * console.log(response.headers.get('cache-status'));
 * ```
 */
export function createCache(options: CacheOptions = {}): Cache {
  const resolved = resolveCacheOptions(options);
  const engine = new Engine(resolved);
  return {
    ...controlsOf(engine, resolved.store),
    fetch: fetchThrough(engine, resolved.fetch),
    interceptor: () => interceptThrough(engine),
  };
}
