import { type Declaration, object, type OptionsOf, resolve, type Rule } from '../../core/options.ts';
import { callable, integer } from '../../core/rules.ts';
import type { StoredRecord } from '../policy/record.ts';
import { type CacheStore, type Lookup, NO_BODY, type Version } from './contract.ts';
import { type Kept, S3Fifo } from './s3-fifo.ts';

/** Options of {@link memoryStore}, with every default filled in. */
interface ResolvedMemoryStoreOptions {
  /** Bytes of bodies, fields and keys that are kept at most. Default 67108864 (64 MiB). */
  readonly limitBytes: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now: () => number;
}

/** Options of {@link memoryStore}. Only `undefined` means default. */
export type MemoryStoreOptions = OptionsOf<ResolvedMemoryStoreOptions>;

/** What is in a memory store. */
export interface MemoryStoreStats {
  /** Records that the store holds. */
  readonly entries: number;
  /** Memory that they count for, bodies and fields, in bytes. */
  readonly bytes: number;
  /** Records that were removed to make room, since the store was created. */
  readonly evictions: number;
}

/** A store in this process: every answer is there at once. */
export interface MemoryStore extends CacheStore {
  get(key: string): Lookup;
  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): boolean;
  update(key: string, record: StoredRecord, expected: Version): boolean;
  invalidate(key: string, holdMs: number): void;
  delete(key: string): void;
  epoch(): number;
  invalidateTags(tags: readonly string[]): void;
  flush(): void;
  close(): void;
  /** What the store holds at the moment. */
  stats(): MemoryStoreStats;
}

const MEMORY_STORE: Declaration<ResolvedMemoryStoreOptions> = Object.freeze({
  limitBytes: { rule: integer(1024), byDefault: 64 * 1024 * 1024 },
  now: { rule: callable<() => number>(), byDefault: () => Date.now },
});

const memoryOptions: Rule<MemoryStoreOptions, ResolvedMemoryStoreOptions> = object(MEMORY_STORE);

/** Objects around an entry: itself, its record, the Map's slot, the body's ArrayBuffer. Measured: 700 to 900 bytes. */
const OVERHEAD_BYTES = 900;

/** Keys and tags whose invalidation is remembered one by one. Past that all that came before it counts as invalid. */
const REMEMBERED_LIMIT = 10_000;

/** An entry is a {@link Lookup} itself, so that a hit allocates nothing. */
interface Slot extends Kept, Lookup {
  version: number;
  record: StoredRecord;
}

/**
 * Keeps responses in the memory of this process, up to a number of bytes, those that are asked for often rather than
 * those that are not (S3-FIFO, which learns how much room new ones need).
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createCache, memoryStore } from 'respite/cache';
 *
 * const cache = createCache({ store: memoryStore({ limitBytes: 256 * 1024 * 1024 }) });
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { limitBytes, now } = resolve(memoryOptions, options, ['memoryStore']);
  return new Memory(limitBytes, now);
}

class Memory implements MemoryStore {
  readonly isGuarded = true;
  readonly #limitBytes: number;
  readonly #now: () => number;
  readonly #slots = new Map<string, Slot>();
  readonly #eviction: S3Fifo;
  /** Counts every change, so that a version is a moment: what is not there has the version of now. */
  #sequence = 0;
  #epoch = 0;
  readonly #invalidKeys = new Memo();
  readonly #invalidTags = new Memo();
  #evictions = 0;

  constructor(limitBytes: number, now: () => number) {
    this.#limitBytes = limitBytes;
    this.#now = now;
    this.#eviction = new S3Fifo(limitBytes);
  }

  get(key: string): Lookup {
    const slot = this.#slots.get(key);
    if (slot === undefined) return { version: this.#sequence, record: undefined, body: NO_BODY };
    if (slot.record.expiresAt <= this.#now() || this.#isVoid(slot.record)) {
      this.#remove(slot);
      return { version: this.#sequence, record: undefined, body: NO_BODY };
    }
    slot.wasAsked = true;
    return slot;
  }

  put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): boolean {
    const before = this.#slots.get(key);
    if (!this.#isAsExpected(key, before, expected) || this.#isVoid(record)) return false;
    const bytes = sizeOf(key, record, body);
    if (bytes > this.#limitBytes || record.expiresAt <= this.#now()) {
      // Whatever stands there was for the same requests, and is older.
      if (before !== undefined) this.#remove(before);
      return false;
    }
    const wasAsked = before?.wasAsked ?? false;
    const version = (this.#sequence += 1);
    const links = { queue: undefined, previous: undefined, next: undefined };
    const slot: Slot = { key, version, record, body, bytes, wasAsked, ...links };
    this.#slots.set(key, slot);
    if (before === undefined) this.#eviction.add(slot);
    else this.#eviction.replace(before, slot);
    this.#makeRoom();
    return this.#slots.get(key) === slot;
  }

  update(key: string, record: StoredRecord, expected: Version): boolean {
    const before = this.#slots.get(key);
    return before !== undefined && this.put(key, record, before.body, expected);
  }

  invalidate(key: string, _holdMs: number): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#remove(slot);
    this.#sequence += 1;
    this.#invalidKeys.set(key, this.#sequence);
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#remove(slot);
  }

  epoch(): number {
    return this.#epoch;
  }

  invalidateTags(tags: readonly string[]): void {
    this.#epoch += 1;
    for (const tag of tags) this.#invalidTags.set(tag, this.#epoch);
  }

  flush(): void {
    this.close();
    this.#sequence += 1;
    this.#epoch += 1;
    this.#invalidKeys.setAll(this.#sequence);
    this.#invalidTags.setAll(this.#epoch);
  }

  close(): void {
    for (const slot of this.#slots.values()) this.#eviction.remove(slot);
    this.#slots.clear();
  }

  stats(): MemoryStoreStats {
    return { entries: this.#slots.size, bytes: this.#eviction.bytes, evictions: this.#evictions };
  }

  #isAsExpected(key: string, before: Slot | undefined, expected: Version): boolean {
    if (before !== undefined) return before.version === expected;
    return this.#invalidKeys.get(key) <= Number(expected);
  }

  #isVoid(record: StoredRecord): boolean {
    if (record.kind !== 'entry' || record.tags.length === 0) return false;
    return record.tags.some((tag) => this.#invalidTags.get(tag) > record.epoch);
  }

  #makeRoom(): void {
    for (let evicted = this.#eviction.evict(); evicted !== undefined; evicted = this.#eviction.evict()) {
      this.#slots.delete(evicted.key);
      this.#evictions += 1;
    }
  }

  #remove(slot: Slot): void {
    this.#slots.delete(slot.key);
    this.#eviction.remove(slot);
  }
}

/** When names were last made invalid. Of those forgotten it only knows that none was after the last of them. */
class Memo {
  readonly #last = new Map<string, number>();
  #forgotten = 0;

  get(name: string): number {
    return this.#last.get(name) ?? this.#forgotten;
  }

  set(name: string, value: number): void {
    this.#last.delete(name);
    this.#last.set(name, value);
    if (this.#last.size <= REMEMBERED_LIMIT) return;
    const [oldest] = this.#last;
    if (oldest === undefined) return;
    this.#last.delete(oldest[0]);
    this.#forgotten = oldest[1];
  }

  setAll(value: number): void {
    this.#last.clear();
    this.#forgotten = value;
  }
}

function sizeOf(key: string, record: StoredRecord, body: Uint8Array): number {
  let bytes = OVERHEAD_BYTES + key.length + body.byteLength;
  if (record.kind === 'vary') {
    for (const variant of record.variants) bytes += variant.length;
  } else {
    for (const name in record.fields) bytes += name.length + (record.fields[name]?.length ?? 0) + 32;
    for (const tag of record.tags) bytes += tag.length;
    for (const cookie of record.setCookies ?? []) bytes += cookie.length + 32;
  }
  return bytes;
}
