// A cache in front of an origin that is a function: no sockets, so that a test decides what happens when.
import { createCache, type Cache, type CacheOptions } from '../../src/cache/index.ts';

/** One request that has reached the origin. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly init: RequestInit;
  readonly signal: AbortSignal | undefined;
}

export interface MemoryOrigin {
  readonly cache: Cache;
  readonly asked: Asked[];
  /** Fetches through the cache, reads all of it, and waits until it is stored. */
  get(url: string, init?: RequestInit): Promise<{ status: number; text: string; how: string }>;
}

export function memoryOrigin(
  respond: (asked: Asked, count: number) => Response | Promise<Response>,
  options: CacheOptions = {},
): MemoryOrigin {
  const asked: Asked[] = [];
  const cache = createCache({
    ...options,
    fetch: async (input, init = {}) => {
      const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
      const request = {
        url,
        method: init.method ?? 'GET',
        headers: new Headers(init.headers),
        init,
        signal: init.signal ?? undefined,
      };
      asked.push(request);
      return respond(request, asked.length);
    },
  });
  const get: MemoryOrigin['get'] = async (url, init) => {
    const response = await cache.fetch(url, init);
    const text = await response.text();
    await turns();
    return { status: response.status, text, how: response.headers.get('cache-status') ?? '' };
  };
  return { cache, asked, get };
}

/** Some turns of the event loop: what needs no time has happened then. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
