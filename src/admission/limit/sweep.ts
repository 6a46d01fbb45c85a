import { type Counted, type Place, type Roster, strike } from './roster.ts';

/** While there is room, how often the roster is looked through. Nothing is decided by it then. */
const INTERVAL_MS = 100;

/**
 * Without room, at once, but no more often than that it takes about 1 % of the time: to look at one request takes 10 to 50 ns.
 */
const INTERVAL_PER_REQUEST_MS = 0.004;

/** Told of the requests that are not in line. */
interface Lanes {
  /** Its answer is on its way, or complete. */
  answered(): void;
  /** Nothing of its answer was sent. False if there is no room aside, so that it stays where it is. */
  stepsAside(): boolean;
}

/** Looks for requests in flight that wait for nothing others wait for, and stops counting them. */
export class Sweep {
  readonly #roster: Roster;
  readonly #lanes: Lanes;
  #lastMs = -Infinity;
  #visited = 0;

  constructor(roster: Roster, lanes: Lanes) {
    this.#roster = roster;
    this.#lanes = lanes;
  }

  /** True when it is time for the next; then counts from now. */
  isDue(nowMs: number, isFull: boolean): boolean {
    if (nowMs - this.#lastMs < (isFull ? this.#visited * INTERVAL_PER_REQUEST_MS : INTERVAL_MS)) return false;
    this.#lastMs = nowMs;
    return true;
  }

  /** @param lineStartsMs Requests that arrived before this moment do not wait in line. */
  run(lineStartsMs: number): void {
    let visited = 0;
    let isRoomAside = true;
    for (let entry = this.#roster.oldest; entry !== undefined;) {
      const next = this.#roster.after(entry);
      const stage = entry.stage();
      const isInLine = entry.arrivedMs >= lineStartsMs;
      if (stage === 'answered' || (stage === 'sending' && !isInLine)) {
        this.#lanes.answered();
        leave(entry, 'none');
      } else if (!isInLine && isRoomAside) {
        isRoomAside = this.#lanes.stepsAside();
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
