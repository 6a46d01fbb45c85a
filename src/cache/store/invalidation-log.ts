// A log of what was invalidated while a store could not be reached: it is told to the store before anything is taken from it again.
import type { StoredRecord } from '../policy/record.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { CacheStore, Lookup, MaybePromise, Version } from './contract.ts';
import { Missed } from './missed.ts';

/** Invalidations that are told to the store at once. */
const BATCH = 100;

export class InvalidationLog implements CacheStore {
  readonly isGuarded = true;
  readonly #store: CircuitBreaker;
  readonly #missed = new Missed();

  constructor(store: CircuitBreaker) {
    this.#store = store;
    store.beforeClosing = async () => {
      await this.#replay();
      // Something may have been added while the last of it was told.
      return this.#missed.isEmpty ? 'done' : 'more';
    };
  }

  get(key: string): MaybePromise<Lookup> {
    return this.#store.get(key);
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean> {
    return this.#store.put(key, record, body, expected);
  }

  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean> {
    return this.#store.update(key, record, expected);
  }

  epoch(): MaybePromise<number> {
    return this.#store.epoch();
  }

  /** Never fails: what the store can't be told now it is told before its circuit closes. */
  async delete(key: string): Promise<void> {
    try {
      await this.#store.delete(key);
    } catch {
      this.#missed.addKey(key, 0);
    }
  }

  /** Never fails, as `delete`. */
  async invalidate(key: string, holdMs: number): Promise<void> {
    try {
      await this.#store.invalidate(key, holdMs);
    } catch {
      this.#missed.addKey(key, holdMs);
    }
  }

  /** Never fails, as `delete`. */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    try {
      await this.#store.invalidateTags(tags);
    } catch {
      this.#missed.addTags(tags);
    }
  }

  /** Never fails, as `delete`. */
  async flush(): Promise<void> {
    try {
      await this.#store.flush();
    } catch {
      this.#missed.addAll();
    }
  }

  async close(): Promise<void> {
    try {
      // The last chance to tell it.
      if (!this.#missed.isEmpty) await this.#replay();
    } catch {
      // The failure has been published.
    }
    await this.#store.close();
  }

  /** Tells the store what it has missed. What is invalidated meanwhile joins the rest. */
  async #replay(): Promise<void> {
    const { limited } = this.#store;
    while (!this.#missed.isEmpty) {
      const batch = this.#missed.take(BATCH);
      try {
        if (batch.all) await limited.flush();
        await Promise.all([
          ...batch.keys.map(([key, holdMs]) => limited.invalidate(key, holdMs)),
          batch.tags.length === 0 ? undefined : limited.invalidateTags(batch.tags),
        ]);
      } catch (error) {
        this.#missed.giveBack(batch);
        throw error;
      }
    }
  }
}
