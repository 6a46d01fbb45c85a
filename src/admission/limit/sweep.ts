import { type Counted, type Place, type Roster, strike } from './roster.ts';

/** While there is room, how often the roster is looked through. Nothing is decided by it then. */
const INTERVAL_MS = 100;

/**
 * Without room, at once, but no more often than that it takes about 1 % of the time: to look at one request takes 10 to 50 ns.
 */
const INTERVAL_PER_REQUEST_MS = 0.004;

/** Told of the requests that are not in the queue. */
interface Sides {
  /** Its answer is on its way, or complete. */
  answered(): void;
  /** Nothing of its answer was sent. False if there is no room aside, so that it stays where it is. */
  stepsAside(): boolean;
}

/** Looks for requests in flight that wait for nothing others wait for, and stops counting them. */
export class Sweep {
  readonly #roster: Roster;
  readonly #sides: Sides;
  #lastMs = -Infinity;
  #visited = 0;

  constructor(roster: Roster, sides: Sides) {
    this.#roster = roster;
    this.#sides = sides;
  }

  /** True when it is time for the next; then counts from now. */
  isDue(nowMs: number, isFull: boolean): boolean {
    if (nowMs - this.#lastMs < (isFull ? this.#visited * INTERVAL_PER_REQUEST_MS : INTERVAL_MS)) return false;
    this.#lastMs = nowMs;
    return true;
  }

  /** @param queueStartsMs Requests that arrived before this moment do not wait in the queue. */
  run(queueStartsMs: number): void {
    let visited = 0;
    let isRoomAside = true;
    for (let entry = this.#roster.oldest; entry !== undefined;) {
      const next = this.#roster.after(entry);
      const stage = entry.stage();
      const isQueued = entry.arrivedMs >= queueStartsMs;
      if (stage === 'answered' || (stage === 'sending' && !isQueued)) {
        this.#sides.answered();
        leave(entry, 'none');
      } else if (!isQueued && isRoomAside) {
        isRoomAside = this.#sides.stepsAside();
        if (isRoomAside) leave(entry, 'aside');
      }
      visited += 1;
      entry = next;
    }
    this.#visited = visited;
  }
}

function leave(entry: Counted, place: Place): void {
  strike(entry);
  entry.moveTo(place);
}
