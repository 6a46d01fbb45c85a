// What every kind of cache can be told.
import type { Engine } from './engine/engine.ts';
import type { CacheStats } from './engine/statistics.ts';
import { showInstruments } from './instruments.ts';
import { groupName, tagName } from './policy/tags.ts';
import type { CacheStore } from './store/contract.ts';

export interface CacheControls {
  /**
   * Invalidates all responses that came with one of these tags, also those that are on their way. With an `origin`, such as
   * `https://api.example`, it invalidates those that belong to one of its groups of that name (RFC 9875).
   */
  invalidateTags(tags: readonly string[], origin?: string): Promise<void>;
  /**
   * Removes what is stored for a URL, all variants of it, also what is on its way; with a `host`, what was asked for with that `Host`.
   * Rejects if the store can't be reached; what then stays is invalidated before it is used again.
   */
  invalidate(url: string | URL, host?: string): Promise<void>;
  /**
   * Makes what is stored for a URL stale, all variants of it: it is revalidated before it is used again, and may still be served
   * while that takes or fails (`stale-while-revalidate`, `stale-if-error`). What is stored in partitions is removed.
   */
  expire(url: string | URL, host?: string): Promise<void>;
  /** Removes all that is stored, also what is on its way. */
  clear(): Promise<void>;
  /** What the cache has done since it was created. */
  stats(): CacheStats;
  /** Closes the store. Requests still work afterwards, but what they bring may not be kept. */
  close(): Promise<void>;
}

export function controlsOf(engine: Engine, store: CacheStore): CacheControls {
  const hideInstruments = showInstruments(engine.counted);
  return {
    invalidateTags: (tags, origin) =>
      engine.invalidator.invalidateTags(
        tags.map((tag) => (origin === undefined ? tagName(tag) : groupName(origin, tag))),
      ),
    invalidate: (url, host) => engine.invalidator.invalidate(withoutFragment(url), host),
    expire: (url, host) => engine.invalidator.expire(withoutFragment(url), host),
    clear: () => engine.invalidator.clear(),
    stats: () => engine.stats(),
    close: async () => {
      hideInstruments();
      await store.close();
    },
  };
}

function withoutFragment(url: string | URL): string {
  const { href, hash } = new URL(url);
  return href.slice(0, href.length - hash.length);
}
