/** The body of a request that says neither its length nor that it has none. */
export const UNKNOWN_LENGTH = -1;

/** Maximum of a body that is neither counted nor shed for its size: what a moment takes to read, in bytes. */
export const SMALL_BYTES: number = 16 * 1024;

/** How often the progress of a body is looked at, in ms. A body of which nothing has arrived in that time is not expected any more. */
export const PROGRESS_MS = 250;

/** How far ahead the progress of a body is believed, in ms. */
const HORIZON_MS = 30_000;

/**
 * Bytes that one body holds of the budget.
 *
 * Of a body of known length that is what has arrived, since its handler is likely to keep it, and what is expected to arrive
 * soon: what was announced, as far as the client's progress makes it likely. An announced body that never arrives holds nothing.
 *
 * A body of unknown length may go on without an end (an upload that is streamed to a disk, gRPC). It holds what has arrived
 * and was not read yet.
 */
export class BodyInFlight {
  readonly announcedBytes: number;
  readonly #unreadBytes: () => number;
  #receivedBytes = 0;
  #expectedBytes: number;
  #receivedBeforeBytes = 0;
  #lookedMs: number;
  /** What it held of the budget when the budget last asked. */
  countedBytes = 0;

  /**
   * @param announcedBytes `Content-Length`, or {@link UNKNOWN_LENGTH}.
   * @param expectedBytes What to expect as long as nothing is known of the client's progress.
   * @param unreadBytes What has arrived and was not read by the handler.
   */
  constructor(announcedBytes: number, expectedBytes: number, nowMs: number, unreadBytes: () => number) {
    this.announcedBytes = announcedBytes;
    this.#expectedBytes = announcedBytes === UNKNOWN_LENGTH ? 0 : Math.min(announcedBytes, expectedBytes);
    this.#lookedMs = nowMs;
    this.#unreadBytes = unreadBytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get heldBytes(): number {
    if (this.announcedBytes === UNKNOWN_LENGTH) return this.#unreadBytes();
    return this.#receivedBytes + this.#expectedBytes;
  }

  received(bytes: number): void {
    this.#receivedBytes += bytes;
    this.#expectedBytes = Math.max(0, this.#expectedBytes - bytes);
  }

  /** Expects as much as the progress since the last look says. To be called often; does something every {@link PROGRESS_MS}. */
  look(nowMs: number): void {
    const elapsedMs = nowMs - this.#lookedMs;
    if (this.announcedBytes === UNKNOWN_LENGTH || elapsedMs < PROGRESS_MS) return;
    const perMs = (this.#receivedBytes - this.#receivedBeforeBytes) / elapsedMs;
    const missing = Math.max(0, this.announcedBytes - this.#receivedBytes);
    this.#expectedBytes = Math.min(missing, perMs * HORIZON_MS);
    this.#receivedBeforeBytes = this.#receivedBytes;
    this.#lookedMs = nowMs;
  }
}
