interface Flush {
  readonly atBytes: number;
  readonly resolve: (isFlushed: boolean) => void;
}

/** Callers that wait until what was written before is handed over, in the order in which they asked. */
export class Flushes {
  readonly #waiting: Flush[] = [];

  /** @param atBytes How many bytes the channel has to have handed over, since it was opened. */
  wait(atBytes: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ atBytes, resolve });
    return promise;
  }

  /** @param bytes Handed over since the channel was opened. */
  taken(bytes: number): void {
    const open = this.#waiting.findIndex(({ atBytes }) => atBytes > bytes);
    const done = this.#waiting.splice(0, open === -1 ? this.#waiting.length : open);
    for (const { resolve } of done) resolve(true);
  }

  /** Nothing will be handed over any more. */
  close(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }
}
