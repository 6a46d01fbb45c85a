// Counts what the engine's store was asked, what failed, and how long a store takes that is not in this process.
import type { StoredRecord } from '../policy/record.ts';
import type { CacheCounters } from './statistics.ts';
import { isCircuitOpen } from '../store/circuit-breaker.ts';
import type { CacheStore, Lookup, MaybePromise, Version } from '../store/contract.ts';

export const STORE_OPERATIONS = [
  'get',
  'put',
  'update',
  'invalidate',
  'delete',
  'epoch',
  'invalidateTags',
  'flush',
] as const;
type StoreOperation = (typeof STORE_OPERATIONS)[number];

export interface StoreTally {
  operations: number;
  errors: number;
  /** Time until the store answered, in seconds; 0 for one that answers at once. */
  seconds: number;
}

export type StoreTallies = Readonly<Record<StoreOperation, StoreTally>>;

/** All that a cache counts: nothing that holds what is cached. */
export interface Counted {
  readonly counters: CacheCounters;
  readonly tallies: StoreTallies;
}

export class CountedStore implements CacheStore {
  readonly #store: CacheStore;
  readonly tallies: StoreTallies = {
    get: newTally(),
    put: newTally(),
    update: newTally(),
    invalidate: newTally(),
    delete: newTally(),
    epoch: newTally(),
    invalidateTags: newTally(),
    flush: newTally(),
  };

  constructor(store: CacheStore) {
    this.#store = store;
  }

  get(key: string): MaybePromise<Lookup> {
    const tally = this.tallies.get;
    try {
      const lookup = this.#store.get(key);
      // A hit in memory does not look at the clock.
      if (lookup instanceof Promise) return watch(tally, performance.now(), lookup);
      tally.operations += 1;
      return lookup;
    } catch (error) {
      failed(tally, error);
      throw error;
    }
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean> {
    return count(this.tallies.put, () => this.#store.put(key, record, body, expected));
  }

  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean> {
    return count(this.tallies.update, () => this.#store.update(key, record, expected));
  }

  invalidate(key: string, holdMs: number): MaybePromise<void> {
    return count(this.tallies.invalidate, () => this.#store.invalidate(key, holdMs));
  }

  delete(key: string): MaybePromise<void> {
    return count(this.tallies.delete, () => this.#store.delete(key));
  }

  epoch(): MaybePromise<number> {
    return count(this.tallies.epoch, () => this.#store.epoch());
  }

  invalidateTags(tags: readonly string[]): MaybePromise<void> {
    return count(this.tallies.invalidateTags, () => this.#store.invalidateTags(tags));
  }

  flush(): MaybePromise<void> {
    return count(this.tallies.flush, () => this.#store.flush());
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }
}

/** Of all operations together. */
export function storeErrors(tallies: StoreTallies): number {
  return STORE_OPERATIONS.reduce((total, operation) => total + tallies[operation].errors, 0);
}

function newTally(): StoreTally {
  return { operations: 0, errors: 0, seconds: 0 };
}

/** For operations that no hit needs. */
function count<T>(tally: StoreTally, operate: () => MaybePromise<T>): MaybePromise<T> {
  const startedMs = performance.now();
  try {
    const answer = operate();
    if (answer instanceof Promise) return watch(tally, startedMs, answer);
    tally.operations += 1;
    return answer;
  } catch (error) {
    failed(tally, error);
    throw error;
  }
}

function watch<T>(tally: StoreTally, startedMs: number, answer: Promise<T>): Promise<T> {
  answer.then(
    () => {
      tally.operations += 1;
      tally.seconds += (performance.now() - startedMs) / 1000;
    },
    (error: unknown) => {
      tally.seconds += (performance.now() - startedMs) / 1000;
      failed(tally, error);
    },
  );
  return answer;
}

/** A store whose circuit is open was not asked. */
function failed(tally: StoreTally, error: unknown): void {
  if (isCircuitOpen(error)) return;
  tally.operations += 1;
  tally.errors += 1;
}
