// Ways to have responses from memory, each as a function that gets a URL, looks at header fields, and reads the body.
import CachePolicy from 'http-cache-semantics';
import { LRUCache } from 'lru-cache';
import { createCache } from 'respite/cache';
import { Agent, cacheStores, fetch as undiciFetch, interceptors } from 'undici';

/** Gets a URL and says how many bytes came. */
export type Get = (url: string) => Promise<number>;

export const SYSTEMS = ['respite fetch', 'undici fetch', 'http-cache-semantics and lru-cache'] as const;
export type System = (typeof SYSTEMS)[number];

export function prepare(system: System, keys: number): Get {
  switch (system) {
    case 'respite fetch': {
      const cache = createCache();
      return async (url) => read(await cache.fetch(url));
    }
    case 'undici fetch': {
      // By default it keeps 1,024 responses.
      const store = new cacheStores.MemoryCacheStore({ maxCount: 2 * keys });
      const dispatcher = new Agent().compose(interceptors.cache({ store }));
      return async (url) => read(await undiciFetch(url, { dispatcher }));
    }
    case 'http-cache-semantics and lru-cache':
      return byPolicies(keys);
    default:
      return system satisfies never;
  }
}

/** What those write who build a cache of their own from the two packages. */
function byPolicies(keys: number): Get {
  const kept = new LRUCache<string, { readonly policy: CachePolicy; readonly body: ArrayBuffer }>({
    max: 2 * keys,
  });
  return async (url) => {
    const asked = { url, method: 'GET', headers: {} };
    let entry = kept.get(url);
    if (entry === undefined || !entry.policy.satisfiesWithoutRevalidation(asked)) {
      const { status, headers, ...response } = await received(url);
      entry = { policy: new CachePolicy(asked, { status, headers }), body: response.body };
      if (entry.policy.storable()) kept.set(url, entry);
    }
    return read(
      new Response(entry.body, { headers: entry.policy.responseHeaders() as Record<string, string> }),
    );
  };
}

async function received(
  url: string,
): Promise<{ status: number; headers: Record<string, string>; body: ArrayBuffer }> {
  const response = await fetch(url);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.arrayBuffer(),
  };
}

async function read(response: Response): Promise<number> {
  if (response.headers.get('etag') === null || response.headers.get('content-type') === null)
    throw new Error(`${response.status}, without the fields of the origin`);
  return (await response.arrayBuffer()).byteLength;
}
