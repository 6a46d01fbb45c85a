// A circuit breaker around a store that can hang or be away: no caller waits long for it, and while it is in trouble no caller asks it.
import { RespiteError } from '../../core/errors.ts';
import type { StoredRecord } from '../policy/record.ts';
import type { CacheStore, Lookup, MaybePromise, Version } from './contract.ts';
import { publishStoreError, publishStoreState, type StoreOperation } from './events.ts';
import { isGarbage } from './remote/frame.ts';
import { TimeLimited } from './time-limit.ts';

/** How a store is watched. */
export interface BreakerSettings {
  /** An operation that takes longer has failed. */
  readonly timeoutMs: number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Errors in a row that open the circuit. A time-out is enough by itself, as it costs its caller so much. */
const ERRORS_LIMIT = 3;

/** How long the circuit stays open at first, and at most; twice as long each time in between. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** A store that has worked for this long has recovered; one that fails again before that has not. */
const RECOVERED_AFTER_MS = 10_000;

/** Made once: while the circuit is open each operation fails with it, and costs nothing. */
const OPEN = new RespiteError(
  'RESPITE_CACHE_STORE_CIRCUIT_OPEN',
  'the store has failed; its circuit is open',
);

/** Whether an operation was not even tried. */
export function isCircuitOpen(error: unknown): boolean {
  return error === OPEN;
}

/** Operations whose failure leaves something wrong in the store: one is enough to open the circuit. */
const CORRECTIONS: ReadonlySet<StoreOperation> = new Set(['delete', 'invalidate', 'invalidateTags', 'flush']);

export class CircuitBreaker implements CacheStore {
  /** What must succeed in the half-open state before the circuit closes; done again as long as it says that there is more. */
  beforeClosing: (() => Promise<'done' | 'more'>) | undefined;
  /** The store with time-outs, whatever the state of the circuit: for what has to succeed before it closes. */
  readonly limited: CacheStore;
  readonly #store: CacheStore;
  readonly #random: () => number;
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  #errors = 0;
  #pauseMs = 0;
  #closedSince = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: CacheStore, { timeoutMs, random = Math.random }: BreakerSettings) {
    this.#store = store;
    this.#random = random;
    this.limited = new TimeLimited(store, timeoutMs, {
      succeeded: () => {
        this.#errors = 0;
      },
      failed: (operation, error, isLate) => {
        this.#failed(operation, error, isLate);
      },
    });
  }

  get(key: string): MaybePromise<Lookup> {
    return this.#closed().get(key);
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean> {
    return this.#closed().put(key, record, body, expected);
  }

  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean> {
    return this.#closed().update(key, record, expected);
  }

  epoch(): MaybePromise<number> {
    return this.#closed().epoch();
  }

  delete(key: string): MaybePromise<void> {
    return this.#closed().delete(key);
  }

  invalidate(key: string, holdMs: number): MaybePromise<void> {
    return this.#closed().invalidate(key, holdMs);
  }

  invalidateTags(tags: readonly string[]): MaybePromise<void> {
    return this.#closed().invalidateTags(tags);
  }

  flush(): MaybePromise<void> {
    return this.#closed().flush();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#store.close();
  }

  #closed(): CacheStore {
    if (this.#state !== 'closed') throw OPEN;
    return this.limited;
  }

  #failed(operation: StoreOperation, error: unknown, isLate: boolean): void {
    publishStoreError(this.#store, operation, error);
    const isCorrection = CORRECTIONS.has(operation);
    // One value is bad, not the store.
    if (isGarbage(error) && !isCorrection) return;
    this.#errors += 1;
    if (isLate || isCorrection || this.#errors >= ERRORS_LIMIT) this.#open(error);
  }

  #open(cause: unknown): void {
    if (this.#state !== 'closed') return;
    if (performance.now() - this.#closedSince >= RECOVERED_AFTER_MS) this.#pauseMs = 0;
    publishStoreState(this.#store, 'open', cause);
    this.#pause();
  }

  #pause(): void {
    this.#state = 'open';
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    // Processes that have lost the same store don't all come back at once.
    const pauseMs = this.#pauseMs * (0.75 + 0.5 * this.#random());
    this.#timer = setTimeout(() => {
      void this.#probe();
    }, pauseMs);
    this.#timer.unref();
  }

  async #probe(): Promise<void> {
    this.#state = 'half-open';
    try {
      // Something that every store can answer.
      await this.limited.epoch();
      while ((await this.beforeClosing?.()) === 'more');
      this.#state = 'closed';
      this.#closedSince = performance.now();
      this.#errors = 0;
      publishStoreState(this.#store, 'closed', undefined);
    } catch {
      this.#pause();
    }
  }
}
