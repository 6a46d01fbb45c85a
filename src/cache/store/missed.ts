/** Names that are remembered one by one; past that everything counts as invalidated. A name takes about 200 bytes. */
const NAMES_LIMIT = 10_000;

/** Some of what a store has missed. */
export interface Batch {
  readonly all: boolean;
  /** With how long the invalidation has to hold. */
  readonly keys: readonly (readonly [key: string, holdMs: number])[];
  readonly tags: readonly string[];
}

/** What was invalidated while a store could not be told. */
export class Missed {
  #all = false;
  readonly #keys = new Map<string, number>();
  readonly #tags = new Set<string>();

  get isEmpty(): boolean {
    return !this.#all && this.#keys.size === 0 && this.#tags.size === 0;
  }

  addKey(key: string, holdMs: number): void {
    if (this.#all) return;
    this.#keys.set(key, Math.max(holdMs, this.#keys.get(key) ?? 0));
    this.#bound();
  }

  addTags(tags: readonly string[]): void {
    if (this.#all) return;
    for (const tag of tags) this.#tags.add(tag);
    this.#bound();
  }

  addAll(): void {
    this.#all = true;
    this.#keys.clear();
    this.#tags.clear();
  }

  take(limit: number): Batch {
    const keys = first(this.#keys, limit);
    const tags = first(this.#tags, limit);
    for (const [key] of keys) this.#keys.delete(key);
    for (const tag of tags) this.#tags.delete(tag);
    const all = this.#all;
    this.#all = false;
    return { all, keys, tags };
  }

  giveBack({ all, keys, tags }: Batch): void {
    if (all) this.addAll();
    for (const [key, holdMs] of keys) this.addKey(key, holdMs);
    this.addTags(tags);
  }

  #bound(): void {
    if (this.#keys.size + this.#tags.size > NAMES_LIMIT) this.addAll();
  }
}

function first<T>(items: Iterable<T>, limit: number): readonly T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length === limit) break;
    taken.push(item);
  }
  return taken;
}
