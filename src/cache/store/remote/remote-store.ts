// A store outside of this process, made of operations on single keys. docs/design/cache.md says why this brings nothing back.
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { StoredRecord } from '../../policy/record.ts';
import { type CacheStore, type Lookup, type MaybePromise, NO_BODY, type Version } from '../contract.ts';
import type { Backend, BackendValue } from './backend.ts';
import { Counters, type State } from './counters.ts';
import { Familiar, type Known, recordIn } from './familiar.ts';
import { bodyAt, bodyOf, encodeFrame, encodeStart, FRAME_OVERHEAD_BYTES, isGarbage } from './frame.ts';
import { encodeRecord } from './record.ts';

/** How a {@link RemoteStore} uses its backend. */
export interface RemoteStoreSettings {
  /** Comes before each key. */
  readonly prefix: string;
  /** Largest value that is stored: record, body and all. */
  readonly valueLimitBytes: number;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a response may take from being asked for to being stored. A lease takes room until then. */
const LEASE_MS = 60_000;

/** For how long it is not looked whether everything was invalidated. */
const STATE_MS = 1000;

export class RemoteStore implements CacheStore {
  readonly #backend: Backend;
  readonly #prefix: string;
  readonly #valueLimitBytes: number;
  readonly #now: () => number;
  readonly #counters: Counters;
  #state: State | undefined;
  /** By a clock that is never set. */
  #stateAt = 0;
  #refreshing: Promise<State> | undefined;
  /** The generation before this one: other processes may not have seen yet that it is over. */
  #previous: string | undefined;
  #previousUntil = 0;
  /** Of this generation. */
  readonly #familiar = new Familiar();

  constructor(backend: Backend, { prefix, valueLimitBytes, now }: RemoteStoreSettings) {
    this.#backend = backend;
    this.#prefix = `${prefix}:e:`;
    this.#valueLimitBytes = valueLimitBytes;
    this.#now = now;
    this.#counters = new Counters(backend, prefix, now);
  }

  get(key: string): Promise<Lookup> {
    const state = this.#state;
    return state === undefined || performance.now() - this.#stateAt >= STATE_MS
      ? this.#getAndLook(key, state)
      : this.#getOf(state.generation, key);
  }

  async put(key: string, record: StoredRecord, body: Uint8Array, expected: Version): Promise<boolean> {
    const [generation = '', token = ''] = String(expected).split(' ');
    const ttlMs = this.#ttlMs(record);
    if (token === '' || ttlMs <= 0) return false;
    const head = encodeRecord(record);
    if (Buffer.byteLength(head) + body.byteLength + FRAME_OVERHEAD_BYTES > this.#valueLimitBytes) {
      // What stands there is older all the same.
      await this.delete(key);
      return false;
    }
    if (!(await this.#mayStore(generation, record))) return false;
    const name = this.#nameOf(generation, key);
    return this.#backend.replace(name, token, encodeFrame(name, 'record', head, body), ttlMs);
  }

  async update(key: string, record: StoredRecord, expected: Version): Promise<boolean> {
    const [generation = '', token = '', startBytes = '', bodyBytes = ''] = String(expected).split(' ');
    const ttlMs = this.#ttlMs(record);
    if (bodyBytes === '' || ttlMs <= 0 || !(await this.#mayStore(generation, record))) return false;
    const name = this.#nameOf(generation, key);
    const start = encodeStart(name, 'record', encodeRecord(record), Number(bodyBytes));
    if (start.byteLength + Number(bodyBytes) > this.#valueLimitBytes) {
      await this.delete(key);
      return false;
    }
    return this.#backend.splice(name, token, start, Number(startBytes), ttlMs);
  }

  /** No caller who has found something, or a lease, will find that again: so this holds for longer than asked. */
  async invalidate(key: string, _holdMs: number): Promise<void> {
    const { generation } = await this.#look();
    const previous = this.#recentlyOver();
    await Promise.all([
      this.#backend.remove(this.#nameOf(generation, key)),
      previous === undefined ? undefined : this.#backend.remove(this.#nameOf(previous, key)),
    ]);
  }

  async delete(key: string): Promise<void> {
    const { generation } = this.#state ?? (await this.#look());
    await this.#backend.remove(this.#nameOf(generation, key));
  }

  async epoch(): Promise<number> {
    return (await this.#look()).epoch;
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    this.#adopt(await this.#counters.raise(tags));
    const previous = this.#recentlyOver();
    if (previous !== undefined) await this.#counters.condemn(previous, tags);
  }

  async flush(): Promise<void> {
    this.#adopt(await this.#counters.startGeneration());
  }

  async close(): Promise<void> {
    await this.#backend.close();
  }

  /** Which generation is it? Always asked anew. */
  async #look(): Promise<State> {
    const state = await this.#counters.state();
    this.#adopt(state);
    return state;
  }

  #adopt(state: State): void {
    const now = performance.now();
    if (this.#state !== undefined && state.generation !== this.#state.generation) {
      this.#familiar.clear();
      this.#previous = this.#state.generation;
      this.#previousUntil = now + 2 * STATE_MS;
    }
    this.#state = state;
    this.#stateAt = now;
  }

  #recentlyOver(): string | undefined {
    return performance.now() < this.#previousUntil ? this.#previous : undefined;
  }

  async #getAndLook(key: string, before: State | undefined): Promise<Lookup> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#refreshing = undefined;
    });
    if (before === undefined) return this.#getOf((await this.#refreshing).generation, key);
    const [state, lookup] = await Promise.all([this.#refreshing, this.#getOf(before.generation, key)]);
    return state.generation === before.generation ? lookup : this.#getOf(state.generation, key);
  }

  #getOf(generation: string, key: string): Promise<Lookup> {
    // What is remembered is about the generation of now; this one may be over.
    const known = generation === this.#state?.generation ? this.#familiar.get(key) : undefined;
    const name = known === undefined ? this.#nameOf(generation, key) : known.name;
    const tags = this.#familiar.tagsAt(name);
    const held = this.#backend.lease(name, LEASE_MS);
    if (tags === undefined) return held.then((found) => this.#found(generation, key, name, known, found));
    // Sent together: one round trip.
    return Promise.all([held, this.#counters.epochsOf(generation, tags)]).then(([found, epochs]) =>
      this.#found(generation, key, name, known, found, tags, epochs),
    );
  }

  #found(
    generation: string,
    key: string,
    name: string,
    known: Known | undefined,
    held: BackendValue,
    expectedTags?: readonly string[],
    epochs?: readonly number[],
  ): MaybePromise<Lookup> {
    const { bytes } = held;
    if (bytes.byteLength === 0) return absent(generation, held);
    const seed = known === undefined ? crc32(name) : known.seed;
    let record: StoredRecord | undefined;
    try {
      record = recordIn(bytes, seed, known);
    } catch (error) {
      return this.#discard(name, error);
    }
    if (record === undefined || record.expiresAt <= this.#now()) return absent(generation, held);
    if (record !== known?.record && generation === this.#state?.generation)
      this.#familiar.offer(key, name, seed, bytes, record);
    if (record.kind === 'vary' || record.tags.length === 0) return new Present(generation, held, record);
    const { tags, epoch } = record;
    if (expectedTags !== undefined && epochs !== undefined && isSame(expectedTags, tags))
      return isVoid(epoch, epochs) ? absent(generation, held) : new Present(generation, held, record);
    const present = record;
    return this.#counters.epochsOf(generation, tags).then((read) => {
      if (isVoid(epoch, read)) return absent(generation, held);
      this.#familiar.rememberTags(name, tags);
      return new Present(generation, held, present);
    });
  }

  /** Removed, or garbage would stand in the way forever. */
  async #discard(name: string, error: unknown): Promise<never> {
    if (isGarbage(error)) await this.#backend.remove(name);
    throw error;
  }

  async #mayStore(generation: string, record: StoredRecord): Promise<boolean> {
    if (record.kind !== 'entry' || record.tags.length === 0) return true;
    return this.#counters.hold(generation, record);
  }

  #ttlMs({ expiresAt }: StoredRecord): number {
    return Math.ceil(expiresAt - this.#now());
  }

  #nameOf(generation: string, key: string): string {
    return this.#prefix + hash('sha256', `${generation} ${key}`);
  }
}

/** Nothing is there, except a lease or something invalid: the next write replaces that. */
function absent(generation: string, { token }: BackendValue): Lookup {
  return { version: `${generation} ${token}`, record: undefined, body: NO_BODY };
}

/** Something is there. A hit has no use for its version, so that is only made for who asks. */
class Present implements Lookup {
  readonly record: StoredRecord;
  readonly body: Uint8Array;
  readonly #generation: string;
  readonly #held: BackendValue;

  constructor(generation: string, held: BackendValue, record: StoredRecord) {
    this.record = record;
    this.body = bodyOf(held.bytes);
    this.#generation = generation;
    this.#held = held;
  }

  get version(): string {
    const { token, bytes } = this.#held;
    return `${this.#generation} ${token} ${bodyAt(bytes)} ${this.body.byteLength}`;
  }
}

function isVoid(epoch: number, tagEpochs: readonly number[]): boolean {
  return tagEpochs.some((tagEpoch) => tagEpoch > epoch);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
