// Memory in front of a store that processes share. What is in memory is believed for a second, so that is how late one process may
// learn what another has invalidated.
import { type Declaration, object, type OptionsOf, refuse, resolve, type Rule } from '../../core/options.ts';
import { milliseconds } from '../../core/rules.ts';
import type { StoredRecord } from '../policy/record.ts';
import { type CacheStore, type Lookup, type MaybePromise, NO_BODY, type Version } from './contract.ts';
import { guarded } from './guard.ts';
import type { MemoryStore } from './memory.ts';

/** Options of {@link tieredStore}, with every default filled in. */
interface ResolvedTieredStoreOptions {
  /**
   * How long what is in memory is served without asking the shared store, in milliseconds: how late this process may learn what another has
   * changed or invalidated. Default 1000.
   */
  readonly memoryTtlMs: number;
  /** How long an operation of the shared store may take, in milliseconds. Default 50. */
  readonly timeoutMs: number;
}

/** Options of {@link tieredStore}. Only `undefined` means default. */
export type TieredStoreOptions = OptionsOf<ResolvedTieredStoreOptions>;

const TIERED_STORE: Declaration<ResolvedTieredStoreOptions> = Object.freeze({
  memoryTtlMs: { rule: milliseconds(1), byDefault: 1000 },
  timeoutMs: { rule: milliseconds(1), byDefault: 50 },
});

const tieredOptions: Rule<TieredStoreOptions, ResolvedTieredStoreOptions> = object(TIERED_STORE);

/**
 * Keeps what is asked for often in the memory of this process, for a short time, and everything in a store that processes share.
 * While that can't be reached, memory is used alone, for as short a time.
 *
 * What this process invalidates it never serves again; what another invalidates, for at most `memoryTtlMs`.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { createCache, memoryStore, redisStore, tieredStore } from 'respite/cache';
 *
 * const store = tieredStore(memoryStore(), redisStore(new Redis()), { memoryTtlMs: 1000 });
 * const cache = createCache({ store });
 * ```
 */
export function tieredStore(
  memory: MemoryStore,
  shared: CacheStore,
  options: TieredStoreOptions = {},
): CacheStore {
  const { memoryTtlMs, timeoutMs } = resolve(tieredOptions, options, ['tieredStore']);
  if (memory === shared) refuse(['tieredStore', 'shared'], 'another store than tieredStore.memory', shared);
  return new Tiered(memory, guarded(shared, { timeoutMs }), memoryTtlMs);
}

/** Of what was only ever in memory. Versions of shared stores don't begin so. */
const MEMORY_ONLY = 'memory ';

const NO_TAGS: readonly string[] = Object.freeze([]);

/** What memory has, as the shared store gave it. */
interface Copy extends Lookup {
  /** By a clock that is never set. */
  readonly until: number;
}

class Tiered implements CacheStore {
  readonly isGuarded = true;
  readonly #memory: MemoryStore;
  readonly #shared: CacheStore;
  readonly #ttlMs: number;
  /** By the record that memory holds: what it drops is dropped here. */
  readonly #copies = new WeakMap<StoredRecord, Copy>();

  constructor(memory: MemoryStore, shared: CacheStore, ttlMs: number) {
    this.#memory = memory;
    this.#shared = shared;
    this.#ttlMs = ttlMs;
  }

  get(key: string): MaybePromise<Lookup> {
    const near = this.#memory.get(key);
    const copy = near.record === undefined ? undefined : this.#copies.get(near.record);
    const asked = performance.now();
    if (copy !== undefined && asked < copy.until) return copy;
    // Whatever is invalidated here from now on makes this version invalid, so that nothing older gets in.
    const { version } = near;
    try {
      const far = this.#shared.get(key);
      if (!(far instanceof Promise)) return this.#keep(key, far, version, asked);
      return far.then(
        (lookup) => this.#keep(key, lookup, version, asked),
        () => this.#alone(key),
      );
    } catch {
      return this.#alone(key);
    }
  }

  async put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): Promise<boolean> {
    const own = memoryVersion(expected);
    if (own !== undefined) {
      return this.#store(
        key,
        record,
        body,
        own,
        (version) => MEMORY_ONLY + String(version),
        performance.now(),
      );
    }
    try {
      return await this.#shared.put(key, record, body, expected);
    } finally {
      this.#drop(key);
    }
  }

  async update(key: string, record: StoredRecord, expected: Version): Promise<boolean> {
    const own = memoryVersion(expected);
    if (own !== undefined) {
      const { record: before, body } = this.#memory.get(key);
      return before !== undefined && this.put(key, record, body, expected);
    }
    try {
      return await this.#shared.update(key, record, expected);
    } finally {
      this.#drop(key);
    }
  }

  async invalidate(key: string, holdMs: number): Promise<void> {
    this.#memory.invalidate(key, holdMs);
    await this.#shared.invalidate(key, holdMs);
    // What was read there meanwhile may be from before.
    this.#memory.invalidate(key, holdMs);
  }

  async delete(key: string): Promise<void> {
    this.#drop(key);
    await this.#shared.delete(key);
    this.#drop(key);
  }

  async epoch(): Promise<number> {
    try {
      return await this.#shared.epoch();
    } catch {
      // Before all that the shared store has ever counted: so it will not have it, but memory will.
      return 0;
    }
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    // Memory does not know the shared store's counting. It is soon full again.
    this.#memory.flush();
    await this.#shared.invalidateTags(tags);
    this.#memory.flush();
  }

  async flush(): Promise<void> {
    this.#memory.flush();
    await this.#shared.flush();
    this.#memory.flush();
  }

  async close(): Promise<void> {
    this.#memory.close();
    await this.#shared.close();
  }

  #keep(key: string, lookup: Lookup, version: Version, asked: number): Lookup {
    const { record, body } = lookup;
    // A copy: what came from a connection is part of something larger.
    if (record !== undefined) this.#store(key, record, body.slice(), version, () => lookup.version, asked);
    else this.#memory.delete(key);
    return lookup;
  }

  /** @param versionOf What the copy is to be known by, from the version it has in memory. */
  #store(
    key: string,
    record: StoredRecord,
    body: Uint8Array,
    expected: Version,
    versionOf: (version: Version) => Version,
    asked: number,
  ): boolean {
    // Tags are the shared store's to count: memory is emptied when one is invalidated.
    const near = record.kind === 'entry' && record.tags.length > 0 ? { ...record, tags: NO_TAGS } : record;
    if (!this.#memory.put(key, near, body, expected)) return false;
    const version = versionOf(this.#memory.get(key).version);
    this.#copies.set(near, { record, body, version, until: asked + this.#ttlMs });
    return true;
  }

  /** The shared store is of no use now. */
  #alone(key: string): Lookup {
    const near = this.#memory.get(key);
    const { record, version } = near;
    const copy = record === undefined ? undefined : this.#copies.get(record);
    if (copy !== undefined && performance.now() < copy.until) return copy;
    if (record !== undefined) this.#memory.delete(key);
    return { version: MEMORY_ONLY + String(version), record: undefined, body: NO_BODY };
  }

  /** Also what is on its way into memory. */
  #drop(key: string): void {
    this.#memory.invalidate(key, 0);
  }
}

function memoryVersion(version: Version): number | undefined {
  return typeof version === 'string' && version.startsWith(MEMORY_ONLY)
    ? Number(version.slice(MEMORY_ONLY.length))
    : undefined;
}
