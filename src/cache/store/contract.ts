// What a store must do. `test/contract/cache-store.ts` holds each of them to it; docs/design/cache.md says why it is so.
import type { StoredRecord } from '../policy/record.ts';

/** Now, where the store is in this process; a hit then costs no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;

/** Names one state of one key, in whatever way the store likes. Compared by the store alone. */
export type Version = number | string;

/** What stands at a key. Belongs to the store: not to be changed. */
export interface Lookup {
  /** To be handed back to `put` and `update`; also where nothing stands. */
  readonly version: Version;
  /** Undefined where nothing stands, or what stood there has expired or been invalidated. */
  readonly record: StoredRecord | undefined;
  /** Empty for a Vary marker. */
  readonly body: Uint8Array;
}

/**
 * Keeps records and their bodies under exact keys of any length (a store with shorter keys hashes them).
 *
 * A store may forget anything at any time, but must never bring back what was replaced, invalidated or has expired: so
 * every write says what it expects to replace. An error or a rejection is a miss to the engine, never a failure.
 */
export interface CacheStore {
  /** It needs nothing that watches it: it is in this process, or watches itself what isn't. */
  readonly isGuarded?: boolean;

  /** What stands at the key: not expired, and with no tag that was invalidated after the record's `epoch`. */
  get(key: string): MaybePromise<Lookup>;

  /**
   * Stores a record, if the key is still as it was at `expected` and no tag of an entry was invalidated after its `epoch`.
   * The body is the store's from now on. To be forgotten at `record.expiresAt`.
   *
   * @returns Whether it was stored.
   */
  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean>;

  /** Replaces the record and keeps the body, under the conditions of `put`; false also if nothing stands there. */
  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean>;

  /**
   * Removes what stands at the key, and invalidates every version handed out before, for at least `holdMs` milliseconds.
   * Also when nothing stands there: another process may be about to store what has just become wrong.
   */
  invalidate(key: string, holdMs: number): MaybePromise<void>;

  /** Removes what stands at the key, to make room. */
  delete(key: string): MaybePromise<void>;

  /** The number of the last invalidation of tags; entries are stored with the one from before their request was sent. */
  epoch(): MaybePromise<number>;

  /** Invalidates all entries that have one of the tags and were requested before. */
  invalidateTags(tags: readonly string[]): MaybePromise<void>;

  /** Invalidates all that is stored and every version handed out before. */
  flush(): MaybePromise<void>;

  /** Ends whatever the store has begun itself. Not the clients that were handed to it. */
  close(): MaybePromise<void>;
}

export const NO_BODY: Uint8Array = new Uint8Array(0);
