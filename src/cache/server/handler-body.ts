// The body that a handler writes, on its way to the cache.

/** Bytes that a handler may write ahead. */
const AHEAD_BYTES = 64 * 1024;

/** A queue with a bound: who writes more waits for `drain`. */
export class HandlerBody {
  readonly #onDrain: () => void;
  #into: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isDropped = false;
  #needsDrain = false;

  /** @param onDrain Called, never at once, when there is room again. */
  constructor(onDrain: () => void) {
    this.#onDrain = onDrain;
  }

  /** To be called before anything is written. */
  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (into) => {
          this.#into = into;
        },
        pull: () => {
          this.#drained();
        },
        cancel: () => {
          this.drop();
        },
      },
      { highWaterMark: AHEAD_BYTES, size: (chunk) => chunk.byteLength },
    );
  }

  /** False if the writer should wait for `drain`. */
  push(bytes: Uint8Array): boolean {
    if (this.#isDropped) return true;
    if (bytes.byteLength > 0) this.#into?.enqueue(bytes);
    this.#needsDrain = (this.#into?.desiredSize ?? 1) <= 0;
    return !this.#needsDrain;
  }

  end(): void {
    if (!this.#isDropped) this.#into?.close();
  }

  fail(error: Error): void {
    if (!this.#isDropped) this.#into?.error(error);
  }

  /** What is written from now on is of no use, and its writer does not wait. */
  drop(): void {
    this.#isDropped = true;
    this.#drained();
  }

  #drained(): void {
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    process.nextTick(this.#onDrain);
  }
}
