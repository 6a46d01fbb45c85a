// What was worked out for keys that are asked for often, so that it is not worked out again.

/** Keys of which nothing is known, by which a second question within short time is noticed. A power of two. */
const SEEN_SLOTS = 8192;

/**
 * A map of bounded size: what is not asked for while as many others are is forgotten. It is for keys that come a second time, so
 * that many keys asked for once cost next to nothing, and push nothing out.
 */
export class Recent<Value> {
  readonly #limit: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  readonly #seen = new Int32Array(SEEN_SLOTS);

  /** Holds at most twice as many as the limit. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.add(key, old);
    return old;
  }

  /** Whether a key was asked about before, lately. `digest`: a number that few other keys have. */
  isSecond(digest: number): boolean {
    const slot = digest & (SEEN_SLOTS - 1);
    const mark = digest | 0;
    if (this.#seen[slot] === mark) return true;
    this.#seen[slot] = mark;
    return false;
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  add(key: string, value: Value): void {
    if (this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
