// What the user of a cache removes, or makes stale, by URL, by tag or all of it.
import type { ResolvedCacheOptions } from '../options.ts';
import { foreignHost, partitionsTag } from '../policy/key.ts';
import type { StoredEntry } from '../policy/record.ts';
import { locate } from '../policy/request.ts';
import type { CacheStore } from '../store/contract.ts';
import { publishInvalidate } from './events.ts';
import type { Flights } from './flights.ts';
import { HOLD_MS } from './invalidation.ts';

export class Invalidator {
  readonly #options: ResolvedCacheOptions;
  readonly #flights: Flights;

  constructor(options: ResolvedCacheOptions, flights: Flights) {
    this.#options = options;
    this.#flights = flights;
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    // Any of them may be about to bring one of the tags.
    this.#flights.close();
    await this.#options.store.invalidateTags(tags);
    publishInvalidate(this.#options.name, [], tags);
  }

  async invalidate(url: string, host: string | undefined): Promise<void> {
    await this.#end(url, host, (store, target) => store.invalidate(target, HOLD_MS));
  }

  /** Makes what is stored for a URL stale. */
  async expire(url: string, host: string | undefined): Promise<void> {
    await this.#end(url, host, (store, target) => expireStored(store, target, this.#options.now()));
  }

  async clear(): Promise<void> {
    this.#flights.close();
    await this.#options.store.flush();
  }

  async #end(
    url: string,
    host: string | undefined,
    endStored: (store: CacheStore, target: string) => void | Promise<void>,
  ): Promise<void> {
    const { store, hasPartitions, name } = this.#options;
    const foreign = host === undefined ? undefined : foreignHost(url, { host });
    const { target } = locate(url, foreign, this.#options);
    this.#flights.close([target]);
    await endStored(store, target);
    // They can't be listed.
    if (hasPartitions) await store.invalidateTags([partitionsTag(target)]);
    publishInvalidate(name, [url], []);
  }
}

/** All listed variants of a resource. What changes meanwhile, or is not there, is invalidated: something older may be on its way. */
async function expireStored(store: CacheStore, key: string, now: number): Promise<void> {
  const { record, version } = await store.get(key);
  if (record?.kind === 'vary') {
    await Promise.all(record.variants.map((variant) => expireStored(store, variant, now)));
    return;
  }
  const isExpired = record !== undefined && (await store.update(key, staleAt(record, now), version));
  if (!isExpired) await store.invalidate(key, HOLD_MS);
}

/** As if its lifetime ended now; what it may be used for after that lasts as long as it would have. */
function staleAt(entry: StoredEntry, now: number): StoredEntry {
  const earlierMs = Math.max(0, entry.freshUntil - now);
  return {
    ...entry,
    freshUntil: entry.freshUntil - earlierMs,
    staleWhileRevalidateUntil: entry.staleWhileRevalidateUntil - earlierMs,
    staleIfErrorUntil: entry.staleIfErrorUntil - earlierMs,
  };
}
