// What this process remembers of keys that it has read. Nothing of it is believed without looking: it is work that is not done twice.
import type { StoredRecord } from '../../policy/record.ts';
import { checkFrame, garbage, hasStamp, headOf, stampOf } from './frame.ts';
import { Recent } from './recent.ts';
import { decodeRecord } from './record.ts';

/** Keys whose names and records are remembered: twice as many at most, each of at most this many characters. */
const RECENT_LIMIT = 1000;
const RECENT_CHARACTERS = 4096;

/** Entries whose tags are remembered, so that those are read together with the entry. */
const TAGGED_LIMIT = 10_000;

/** What one key was found to be. */
export interface Known {
  /** In the backend. */
  readonly name: string;
  /** The CRC of the name. */
  readonly seed: number;
  /** Of the frame in which the record was. */
  readonly stamp: Uint32Array;
  readonly record: StoredRecord;
}

/** What is remembered of one generation. */
export class Familiar {
  readonly #recent = new Recent<Known>(RECENT_LIMIT);
  readonly #tags = new Map<string, readonly string[]>();

  clear(): void {
    this.#recent.clear();
    this.#tags.clear();
  }

  /** What was last found at a key that is asked for often. */
  get(key: string): Known | undefined {
    return this.#recent.get(key);
  }

  /** The tags of what was last found at a key with that name. */
  tagsAt(name: string): readonly string[] | undefined {
    return this.#tags.size === 0 ? undefined : this.#tags.get(name);
  }

  rememberTags(name: string, tags: readonly string[]): void {
    if (this.#tags.size >= TAGGED_LIMIT) this.#tags.clear();
    this.#tags.set(name, tags);
  }

  /** Remembers the record in a frame that has been checked, if its key has been asked for before, lately. */
  offer(key: string, name: string, seed: number, bytes: Buffer, record: StoredRecord): void {
    if (!this.#recent.isSecond(seed)) return;
    if (key.length + headOf(bytes).length <= RECENT_CHARACTERS)
      this.#recent.add(key, { name, seed, stamp: stampOf(bytes), record });
  }
}

/**
 * The record in a frame, undefined for a lease. The frame is checked every time; but a record that is `known` is not made anew.
 *
 * @param seed The CRC of the key's name.
 */
export function recordIn(bytes: Buffer, seed: number, known: Known | undefined): StoredRecord | undefined {
  const kind = checkFrame(seed, bytes);
  if (kind === 'lease') return undefined;
  if (kind !== 'record') throw garbage('not a record');
  return known !== undefined && hasStamp(bytes, known.stamp) ? known.record : decodeRecord(headOf(bytes));
}
