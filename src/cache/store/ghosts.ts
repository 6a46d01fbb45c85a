/** Hashes of keys that left lately, between half as many and as many as are there. */
export class Ghosts {
  /** Two generations, of which the older is dropped as a whole: looking for the oldest of a Set passes by all that were deleted. */
  #young = new Set<number>();
  #old = new Set<number>();

  get count(): number {
    return this.#young.size + this.#old.size;
  }

  /** @param present How many entries are there. */
  add(key: string, present: number): void {
    this.#young.add(hash(key));
    if (2 * this.#young.size <= present) return;
    this.#old = this.#young;
    this.#young = new Set();
  }

  /** Whether it left lately; forgotten with that. */
  take(key: string): boolean {
    if (this.count === 0) return false;
    const hashed = hash(key);
    const wasYoung = this.#young.delete(hashed);
    return this.#old.delete(hashed) || wasYoung;
  }
}

/** FNV-1a. A collision only takes an entry for another that has left. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return value | 0;
}
