// What invalidates many entries at once: the number of the last invalidation of tags, the number at which each tag was last
// invalidated, and the generation, by which all that is stored becomes invalid.
import { hash, randomBytes } from 'node:crypto';
import type { StoredEntry } from '../../policy/record.ts';
import { RespiteError } from '../../../core/errors.ts';
import type { Backend, BackendValue } from './backend.ts';
import { decodeFrame, encodeFrame, garbage, isGarbage } from './frame.ts';

/** Stands at one key, so that it is only ever lost as a whole; a new generation begins then. */
export interface State {
  /** Random. Part of every key. */
  readonly generation: string;
  /** Number of the last invalidation of tags. */
  readonly epoch: number;
}

/** A tag that stands in the store. One that does not is invalid: it may have been forgotten. */
interface Tag {
  /** The last invalidation that it may have been part of. */
  readonly epoch: number;
  /** When the store may forget it. */
  readonly until: number;
}

interface Standing<Value> {
  readonly token: string;
  readonly value: Value;
}

/** Long past anything that is stored. */
const STATE_TTL_MS = 10 * 365 * 86_400_000;

/** Tags are kept twice as long as the entries that have them, so that not every entry writes to them; at least this long. */
const TAG_TTL_MS = 3_600_000;

/** Others change the same thing at the same time. One of those who try always gets through. */
const ATTEMPTS = 50;

export class Counters {
  readonly #backend: Backend;
  readonly #stateKey: string;
  readonly #tagPrefix: string;
  readonly #now: () => number;

  constructor(backend: Backend, prefix: string, now: () => number) {
    this.#backend = backend;
    this.#stateKey = `${prefix}:s`;
    this.#tagPrefix = `${prefix}:t:`;
    this.#now = now;
  }

  async state(): Promise<State> {
    return (await this.#standingState()).value;
  }

  /** Invalidates all that is stored. */
  async startGeneration(): Promise<State> {
    return this.#changeState(({ epoch }) => ({ generation: newGeneration(), epoch: epoch + 1 }));
  }

  /** Counts an invalidation, and notes it for those tags. */
  async raise(tags: readonly string[]): Promise<State> {
    const state = await this.#changeState((before) => ({ ...before, epoch: before.epoch + 1 }));
    await Promise.all(tags.map((tag) => this.#raiseTag(this.#nameOf(state.generation, tag), state.epoch)));
    return state;
  }

  /** Invalidates all that is stored with those tags in a generation that is over, and will be. */
  async condemn(generation: string, tags: readonly string[]): Promise<void> {
    await Promise.all(
      tags.map((tag) => this.#raiseTag(this.#nameOf(generation, tag), Number.MAX_SAFE_INTEGER)),
    );
  }

  /** When each of them was last invalidated; Infinity if that is not known. */
  async epochsOf(generation: string, tags: readonly string[]): Promise<readonly number[]> {
    const [only] = tags;
    if (only !== undefined && tags.length === 1) return [await this.#epochOf(generation, only)];
    return Promise.all(tags.map((tag) => this.#epochOf(generation, tag)));
  }

  /** Makes the tags of an entry known for as long as it is stored; false if one was invalidated since its `epoch`. */
  async hold(generation: string, { tags, epoch, expiresAt }: StoredEntry): Promise<boolean> {
    const state = await this.state();
    if (state.generation !== generation) return false;
    const held = await Promise.all(
      tags.map((tag) => this.#holdTag(this.#nameOf(generation, tag), state.epoch, expiresAt)),
    );
    return held.every((tagEpoch) => tagEpoch <= epoch);
  }

  async #holdTag(key: string, epoch: number, expiresAt: number): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const standing = await this.#standingTag(key);
      if (standing !== undefined && standing.value.until >= expiresAt) return standing.value.epoch;
      // Not known, as it was never used or has been forgotten: all invalidations so far may have been of this one.
      const lasting = { epoch: standing?.value.epoch ?? epoch, until: this.#until(expiresAt) };
      if (await this.#writeTag(key, standing, lasting)) return lasting.epoch;
    }
    throw contended();
  }

  async #raiseTag(key: string, epoch: number): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const standing = await this.#standingTag(key);
      if (standing !== undefined && standing.value.epoch >= epoch) return;
      // Also where none stands: another process may be about to write down an older number.
      const raised = { epoch, until: standing?.value.until ?? this.#until(0) };
      if (await this.#writeTag(key, standing, raised)) return;
    }
    throw contended();
  }

  #until(expiresAt: number): number {
    const now = this.#now();
    return now + Math.max(TAG_TTL_MS, 2 * (expiresAt - now));
  }

  async #writeTag(key: string, before: Standing<Tag> | undefined, { epoch, until }: Tag): Promise<boolean> {
    const ttlMs = Math.max(1, Math.ceil(until - this.#now()));
    return this.#write(key, before, [epoch, until], ttlMs);
  }

  async #changeState(change: (before: State) => State): Promise<State> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const standing = await this.#standingState();
      const state = change(standing.value);
      if (await this.#write(this.#stateKey, standing, [state.generation, state.epoch], STATE_TTL_MS))
        return state;
    }
    throw contended();
  }

  async #standingState(): Promise<Standing<State>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const standing = await this.#standing(this.#stateKey, stateOf);
      if (standing !== undefined) return standing;
      await this.#write(this.#stateKey, undefined, [newGeneration(), 1], STATE_TTL_MS);
    }
    throw contended();
  }

  async #epochOf(generation: string, tag: string): Promise<number> {
    return (await this.#standingTag(this.#nameOf(generation, tag)))?.value.epoch ?? Infinity;
  }

  async #standingTag(key: string): Promise<Standing<Tag> | undefined> {
    return this.#standing(key, tagOf);
  }

  async #standing<Value>(
    key: string,
    read: (numbers: unknown) => Value,
  ): Promise<Standing<Value> | undefined> {
    const held: BackendValue | undefined = await this.#backend.read(key);
    if (held === undefined) return undefined;
    try {
      const { kind, head } = decodeFrame(key, held.bytes);
      if (kind !== 'counter') throw garbage('not a counter');
      return { token: held.token, value: read(parse(head)) };
    } catch (error) {
      // The next one finds it forgotten. This one fails, so that a caller hears of it.
      if (isGarbage(error)) await this.#backend.remove(key);
      throw error;
    }
  }

  async #write(
    key: string,
    before: Standing<unknown> | undefined,
    value: readonly (string | number)[],
    ttlMs: number,
  ): Promise<boolean> {
    const frame = encodeFrame(key, 'counter', JSON.stringify(value), EMPTY);
    return before === undefined
      ? this.#backend.add(key, frame, ttlMs)
      : this.#backend.replace(key, before.token, frame, ttlMs);
  }

  #nameOf(generation: string, tag: string): string {
    return this.#tagPrefix + hash('sha256', `${generation} ${tag}`);
  }
}

const EMPTY = new Uint8Array(0);

function parse(head: string): unknown {
  try {
    return JSON.parse(head);
  } catch {
    throw garbage('no counter');
  }
}

function newGeneration(): string {
  return randomBytes(9).toString('base64url');
}

function stateOf(value: unknown): State {
  const [generation, epoch] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  if (typeof generation !== 'string' || !/^[\w-]{12}$/.test(generation))
    throw garbage('a state without generation');
  return { generation, epoch: count(epoch) };
}

function tagOf(value: unknown): Tag {
  const [epoch, until] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return { epoch: count(epoch), until: count(until) };
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw garbage('a counter with something else for a number');
}

function contended(): RespiteError {
  return new RespiteError(
    'RESPITE_CACHE_CONTENDED',
    `a counter was changed by others ${ATTEMPTS} times in a row`,
  );
}
