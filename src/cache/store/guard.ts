// Watches a store that can hang or be away: nobody waits long for it, and what was invalidated without it is not served by it.
import { RespiteError } from '../../core/errors.ts';
import type { StoredRecord } from '../policy/record.ts';
import type { CacheStore, Lookup, MaybePromise, Version } from './contract.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import { publishStoreError, publishStoreState, type StoreOperation } from './events.ts';
import { Missed } from './missed.ts';
import { isGarbage } from './remote/frame.ts';

/** How a store is watched. */
export interface GuardSettings {
  /** An operation that takes longer has failed. */
  readonly timeoutMs: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Errors in a row after which a store is left alone. A time-out is enough by itself, as it costs its caller so much. */
const ERRORS_LIMIT = 3;

/** How long a store is left alone at first, and at most; twice as long each time in between. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** A store that has worked for this long has recovered; one that fails again before that has not. */
const RECOVERED_AFTER_MS = 10_000;

/** Invalidations that are caught up with at once. */
const BATCH = 100;

/** Made once: while a store is left alone, each operation fails with it, and costs nothing. */
const LEFT_ALONE = new RespiteError(
  'RESPITE_CACHE_STORE_LEFT_ALONE',
  'the store has failed and is left alone',
);

/** Whether an operation was not even tried. */
export function isLeftAlone(error: unknown): boolean {
  return error === LEFT_ALONE;
}

/** The store, watched; itself if it needs nobody to watch it. */
export function guarded(store: CacheStore, settings: GuardSettings): CacheStore {
  return store.isGuarded === true ? store : new Guarded(store, settings);
}

/** `trusted`: in use. `avoided`: left alone until a timer ends. `examined`: caught up with what it has missed, and asked something. */
type State = 'trusted' | 'avoided' | 'examined';

/** An operation that somebody waits for. */
interface Waiting {
  readonly operation: StoreOperation;
  readonly reject: (error: unknown) => void;
}

class Guarded implements CacheStore {
  readonly isGuarded = true;
  readonly #store: CacheStore;
  readonly #timeoutMs: number;
  readonly #waiting: Deadlines<Waiting>;
  readonly #random: () => number;
  readonly #missed = new Missed();
  #state: State = 'trusted';
  #errors = 0;
  #pauseMs = 0;
  #trustedSince = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: CacheStore, { timeoutMs, random = Math.random }: GuardSettings) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
    this.#waiting = new Deadlines(timeoutMs, (waiting) => {
      this.#late(waiting);
    });
    this.#random = random;
  }

  get(key: string): MaybePromise<Lookup> {
    if (this.#state !== 'trusted') throw LEFT_ALONE;
    return this.#watch('get', () => this.#store.get(key));
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean> {
    if (this.#state !== 'trusted') throw LEFT_ALONE;
    return this.#watch('put', () => this.#store.put(key, record, body, expected));
  }

  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean> {
    if (this.#state !== 'trusted') throw LEFT_ALONE;
    return this.#watch('update', () => this.#store.update(key, record, expected));
  }

  epoch(): MaybePromise<number> {
    if (this.#state !== 'trusted') throw LEFT_ALONE;
    return this.#watch('epoch', () => this.#store.epoch());
  }

  /** Its failure is as serious as that of an invalidation: what is wrong would stay. */
  async delete(key: string): Promise<void> {
    await this.#insist(
      'delete',
      () => this.#store.delete(key),
      () => {
        this.#missed.addKey(key, 0);
      },
    );
  }

  /** Never fails: what the store can't be told now it is told before it is trusted again. */
  async invalidate(key: string, holdMs: number): Promise<void> {
    await this.#insist(
      'invalidate',
      () => this.#store.invalidate(key, holdMs),
      () => {
        this.#missed.addKey(key, holdMs);
      },
    );
  }

  /** Never fails, as `invalidate`. */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    await this.#insist(
      'invalidateTags',
      () => this.#store.invalidateTags(tags),
      () => {
        this.#missed.addTags(tags);
      },
    );
  }

  /** Never fails, as `invalidate`. */
  async flush(): Promise<void> {
    await this.#insist(
      'flush',
      () => this.#store.flush(),
      () => {
        this.#missed.addAll();
      },
    );
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      // The last chance to tell it.
      if (!this.#missed.isEmpty) await this.#catchUp();
    } catch {
      // It has been said that it can't be reached.
    }
    clearTimeout(this.#timer);
    await this.#store.close();
  }

  async #insist(
    operation: StoreOperation,
    run: () => MaybePromise<void>,
    remember: () => void,
  ): Promise<void> {
    if (this.#state === 'trusted') {
      try {
        await this.#watch(operation, run);
        return;
      } catch (error) {
        // From here on nothing is taken from the store until it knows.
        remember();
        this.#avoid(error);
        return;
      }
    }
    remember();
  }

  /** Settles when the operation does, or when its time is over. */
  #watch<T>(operation: StoreOperation, run: () => MaybePromise<T>): MaybePromise<T> {
    let result: MaybePromise<T>;
    try {
      result = run();
    } catch (error) {
      this.#failed(operation, error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#errors = 0;
      return result;
    }
    return this.#within(operation, result);
  }

  #within<T>(operation: StoreOperation, result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline: Deadline<Waiting> = this.#waiting.begin({ operation, reject });
      result.then(
        (value) => {
          if (!this.#waiting.end(deadline)) return;
          this.#errors = 0;
          resolve(value);
        },
        (error: unknown) => {
          if (!this.#waiting.end(deadline)) return;
          this.#failed(operation, error);
          reject(error);
        },
      );
    });
  }

  #late({ operation, reject }: Waiting): void {
    const error = new RespiteError(
      'RESPITE_CACHE_STORE_TIMEOUT',
      `${operation} took the store longer than ${this.#timeoutMs} ms`,
    );
    this.#failed(operation, error);
    reject(error);
  }

  #failed(operation: StoreOperation, error: unknown): void {
    publishStoreError(this.#store, operation, error);
    // One value is bad, not the store.
    if (isGarbage(error)) return;
    this.#errors += 1;
    const isLate = error instanceof RespiteError && error.code === 'RESPITE_CACHE_STORE_TIMEOUT';
    if (isLate || this.#errors >= ERRORS_LIMIT) this.#avoid(error);
  }

  #avoid(cause: unknown): void {
    if (this.#state !== 'trusted') return;
    if (performance.now() - this.#trustedSince >= RECOVERED_AFTER_MS) this.#pauseMs = 0;
    publishStoreState(this.#store, false, cause);
    this.#pause();
  }

  #pause(): void {
    this.#state = 'avoided';
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    // Processes that have lost the same store don't all come back at once.
    const pauseMs = this.#pauseMs * (0.75 + 0.5 * this.#random());
    this.#timer = setTimeout(() => {
      void this.#examine();
    }, pauseMs);
    this.#timer.unref();
  }

  async #examine(): Promise<void> {
    this.#state = 'examined';
    try {
      // Something that every store can answer: if it can't, there is no use in telling it what it has missed.
      await this.#watch('epoch', () => this.#store.epoch());
      // Until nothing was added while it was being told the last of it.
      do await this.#catchUp();
      while (!this.#missed.isEmpty);
      this.#state = 'trusted';
      this.#trustedSince = performance.now();
      this.#errors = 0;
      publishStoreState(this.#store, true, undefined);
    } catch {
      this.#pause();
    }
  }

  /** Tells the store what was invalidated without it. What is invalidated meanwhile joins the rest. */
  async #catchUp(): Promise<void> {
    while (!this.#missed.isEmpty) {
      const batch = this.#missed.take(BATCH);
      try {
        if (batch.all) await this.#watch('flush', () => this.#store.flush());
        await Promise.all([
          ...batch.keys.map(([key, holdMs]) =>
            this.#watch('invalidate', () => this.#store.invalidate(key, holdMs)),
          ),
          batch.tags.length === 0
            ? undefined
            : this.#watch('invalidateTags', () => this.#store.invalidateTags(batch.tags)),
        ]);
      } catch (error) {
        this.#missed.giveBack(batch);
        throw error;
      }
    }
  }
}
