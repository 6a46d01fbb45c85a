interface Waiter {
  readonly resolve: (isWritable: boolean) => void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: (() => void) | undefined;
}

const WRITABLE: Promise<boolean> = Promise.resolve(true);
const CLOSED: Promise<boolean> = Promise.resolve(false);

/**
 * Producers that wait for their turn on one channel, first come first served. One at a time is let through, and the next
 * only when it has written: a thousand that are woken together would all write.
 */
export class Waiters {
  readonly #life: { readonly isWritable: boolean };
  readonly #schedule: { nextTurn(): void };
  /** Undefined until one had to wait: most channels never get that far. */
  #queue: Set<Waiter> | undefined;
  /** One was let through and has not written yet. */
  #isGranted = false;
  #isClosed = false;

  /** @param schedule Has the next one let through in the next turn, should the one before not write. */
  constructor(life: { readonly isWritable: boolean }, schedule: { nextTurn(): void }) {
    this.#life = life;
    this.#schedule = schedule;
  }

  get size(): number {
    return this.#queue?.size ?? 0;
  }

  get isGranted(): boolean {
    return this.#isGranted;
  }

  /** @returns True when it is this caller's turn, false once closed. Rejects with the signal's reason. */
  ready(signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#isClosed) return CLOSED;
    if (this.#life.isWritable && !this.#isGranted && this.size === 0) {
      this.#isGranted = true;
      return WRITABLE;
    }
    const promise = this.#wait(signal);
    // A caller that was let through and doesn't write holds up the others for this turn at most.
    if (this.#life.isWritable) this.#schedule.nextTurn();
    return promise;
  }

  /** The caller that was let through has written, or has had its time. */
  settle(): void {
    this.#isGranted = false;
  }

  /** Lets the first one through if there is room, unless one that was let through has not written yet. */
  grant(): void {
    if (this.size === 0 || !this.#life.isWritable) return;
    this.#grantFirst();
    if (this.size > 0) this.#schedule.nextTurn();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#queue === undefined) return;
    for (const waiter of this.#queue) this.#finish(waiter, false);
  }

  #wait(signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const queue = (this.#queue ??= new Set());
    if (signal === undefined) {
      queue.add({ resolve, signal, onAbort: undefined });
      return promise;
    }
    const onAbort = (): void => {
      queue.delete(waiter);
      reject(signal.reason as Error);
    };
    const waiter: Waiter = { resolve, signal, onAbort };
    signal.addEventListener('abort', onAbort, { once: true });
    queue.add(waiter);
    return promise;
  }

  #grantFirst(): void {
    if (this.#isGranted || this.#queue === undefined) return;
    for (const waiter of this.#queue) {
      this.#isGranted = true;
      this.#finish(waiter, true);
      return;
    }
  }

  #finish(waiter: Waiter, isWritable: boolean): void {
    const { signal, onAbort, resolve } = waiter;
    this.#queue?.delete(waiter);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    resolve(isWritable);
  }
}
