interface Past {
  readonly id: string;
  readonly text: string;
  readonly bytes: number;
}

/** The newest events of a feed, up to a number of bytes. */
export class History {
  readonly #maxBytes: number;
  /** In the order sent, by id. */
  readonly #events = new Map<string, Past>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(id: string, text: string): void {
    this.#delete(this.#events.get(id));
    const bytes = Buffer.byteLength(text);
    this.#events.set(id, { id, text, bytes });
    this.#bytes += bytes;
    for (const past of this.#events.values()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(past);
    }
  }

  /** @returns The texts of the events after that one; undefined when it is not known any more. */
  after(id: string): readonly string[] | undefined {
    if (!this.#events.has(id)) return undefined;
    const all = [...this.#events.values()];
    return all.slice(all.findIndex((past) => past.id === id) + 1).map(({ text }) => text);
  }

  #delete(past: Past | undefined): void {
    if (past === undefined) return;
    this.#events.delete(past.id);
    this.#bytes -= past.bytes;
  }
}
