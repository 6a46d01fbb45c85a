// Who is in flight and counted, oldest first. A list through the requests themselves, so that a request costs no allocation, no
// timer and no search: it is appended when it is let in, and takes itself out when it ends.

/**
 * How far the answer of a request has come:
 *
 * - `waiting`: nothing of it was sent.
 * - `sending`: its head was.
 * - `answered`: this server has nothing more to do for it, or no client waits for its end.
 */
export type Stage = 'waiting' | 'sending' | 'answered';

/**
 * Where a request in flight is counted: in the queue, aside since it takes long without waiting in the queue, or nowhere.
 */
export type Place = 'queue' | 'aside' | 'none';

/** A request as the roster sees it. */
export interface Counted {
  /** When it arrived, in milliseconds from any origin. */
  readonly arrivedMs: number;
  /** Kept by the roster; undefined outside of it. */
  older: Counted | undefined;
  younger: Counted | undefined;
  stage(): Stage;
  /** It leaves the queue, although it goes on. */
  moveTo(place: Place): void;
}

/** Takes a request off the roster it is on, if it is on any. */
export function strike(entry: Counted): void {
  const { older, younger } = entry;
  if (older === undefined || younger === undefined) return;
  older.younger = younger;
  younger.older = older;
  entry.older = undefined;
  entry.younger = undefined;
}

export class Roster {
  /** Closes the ring: its younger neighbour is the oldest of all. */
  readonly #ends: Counted = {
    arrivedMs: 0,
    older: undefined,
    younger: undefined,
    stage: () => 'waiting',
    moveTo: () => {},
  };

  constructor() {
    this.#ends.older = this.#ends;
    this.#ends.younger = this.#ends;
  }

  add(entry: Counted): void {
    const ends = this.#ends;
    const youngest = ends.older ?? ends;
    entry.older = youngest;
    entry.younger = ends;
    youngest.younger = entry;
    ends.older = entry;
  }

  get oldest(): Counted | undefined {
    return this.after(this.#ends);
  }

  /** The next younger one. */
  after(entry: Counted): Counted | undefined {
    return entry.younger === this.#ends ? undefined : entry.younger;
  }
}
