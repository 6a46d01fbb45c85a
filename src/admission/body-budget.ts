/** The body of a request that says neither its length nor that it has none. */
export const UNKNOWN_LENGTH = -1;

/** What is larger is worth refusing for its size: more than one read of a socket. */
const LARGE_BYTES = 64 * 1024;

/** Whether a body takes more than a moment to read; one of unknown length may. */
export function isLarge(bytes: number): boolean {
  return bytes > LARGE_BYTES || bytes === UNKNOWN_LENGTH;
}

/** Bytes of request bodies in flight. The exempt hold none. */
export class BodyBudget {
  readonly limitBytes: number;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A body that is larger than there is fits when no other is in flight.
   *
   * @param bytes {@link UNKNOWN_LENGTH} fits as long as there is room at all; it is charged as it arrives.
   * @param share The part of the limit that the request's class may use.
   */
  hasRoomFor(bytes: number, share: number): boolean {
    if (bytes === 0 || this.#bytes === 0) return true;
    const wanted = bytes === UNKNOWN_LENGTH ? 1 : bytes;
    return this.#bytes + wanted <= this.limitBytes * share;
  }

  /** @returns False when the limit is passed and others hold a part of it. */
  take(bytes: number, heldByRequest: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= this.limitBytes || this.#bytes === heldByRequest;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
