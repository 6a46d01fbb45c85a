// A time limit for each operation of a store that can hang.
import { RespiteError } from '../../core/errors.ts';
import type { StoredRecord } from '../policy/record.ts';
import type { CacheStore, Lookup, MaybePromise, Version } from './contract.ts';
import { type Deadline, Deadlines } from './deadlines.ts';
import type { StoreOperation } from './events.ts';

/** An operation that a caller waits for. */
interface Waiting {
  readonly operation: StoreOperation;
  readonly reject: (error: unknown) => void;
}

/** Hears how operations end. */
export interface OperationObserver {
  succeeded(): void;
  failed(operation: StoreOperation, error: unknown, isLate: boolean): void;
}

/** A store each of whose operations ends in time, by a failure if need be. */
export class TimeLimited implements CacheStore {
  readonly #store: CacheStore;
  readonly #timeoutMs: number;
  readonly #observer: OperationObserver;
  readonly #waiting: Deadlines<Waiting>;

  constructor(store: CacheStore, timeoutMs: number, observer: OperationObserver) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
    this.#observer = observer;
    this.#waiting = new Deadlines(timeoutMs, (waiting) => {
      this.#late(waiting);
    });
  }

  get(key: string): MaybePromise<Lookup> {
    return this.#watch('get', () => this.#store.get(key));
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): MaybePromise<boolean> {
    return this.#watch('put', () => this.#store.put(key, record, body, expected));
  }

  update(key: string, record: StoredRecord, expected: Version): MaybePromise<boolean> {
    return this.#watch('update', () => this.#store.update(key, record, expected));
  }

  epoch(): MaybePromise<number> {
    return this.#watch('epoch', () => this.#store.epoch());
  }

  delete(key: string): MaybePromise<void> {
    return this.#watch('delete', () => this.#store.delete(key));
  }

  invalidate(key: string, holdMs: number): MaybePromise<void> {
    return this.#watch('invalidate', () => this.#store.invalidate(key, holdMs));
  }

  invalidateTags(tags: readonly string[]): MaybePromise<void> {
    return this.#watch('invalidateTags', () => this.#store.invalidateTags(tags));
  }

  flush(): MaybePromise<void> {
    return this.#watch('flush', () => this.#store.flush());
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }

  /** Settles when the operation does, or when its time is over. */
  #watch<T>(operation: StoreOperation, run: () => MaybePromise<T>): MaybePromise<T> {
    let result: MaybePromise<T>;
    try {
      result = run();
    } catch (error) {
      this.#observer.failed(operation, error, false);
      throw error;
    }
    if (result instanceof Promise) return this.#within(operation, result);
    this.#observer.succeeded();
    return result;
  }

  #within<T>(operation: StoreOperation, result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline: Deadline<Waiting> = this.#waiting.begin({ operation, reject });
      result.then(
        (value) => {
          if (!this.#waiting.end(deadline)) return;
          this.#observer.succeeded();
          resolve(value);
        },
        (error: unknown) => {
          if (!this.#waiting.end(deadline)) return;
          this.#observer.failed(operation, error, false);
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
    this.#observer.failed(operation, error, true);
    reject(error);
  }
}
