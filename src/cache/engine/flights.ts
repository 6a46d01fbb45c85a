// All requests to origins that are under way, and which of them another caller can join.
import { Flight, type Journey, type Outcome } from './flight.ts';
import type { Found } from './lookup.ts';
import type { Origin } from './origin.ts';

/** An origin that takes ten times as long as anybody waits for it is slow; one that takes longer has lost the request. */
const DEADLINES_OF_PATIENCE = 10;

/** What a timer can take. */
const TIMER_LIMIT_MS = 2_147_483_647;

/** A flight, and what it brings. */
export interface Departed {
  readonly flight: Flight;
  readonly outcome: Promise<Outcome>;
}

/** Sends a flight's request; calls back when what it brought is stored, or won't be. */
type Fly = (flight: Flight, land: () => void) => Promise<Outcome>;

export class Flights {
  readonly #fly: Fly;
  readonly #steadyNow: () => number;
  readonly #deadlineMs: number;
  /** Those that others can join, by what they are for. */
  readonly #shared = new Map<string, Departed>();

  constructor(fly: Fly, steadyNow: () => number, deadlineMs: number) {
    this.#fly = fly;
    this.#steadyNow = steadyNow;
    this.#deadlineMs = deadlineMs;
  }

  /** Of those that others can join. */
  get count(): number {
    return this.#shared.size;
  }

  /** How long a request waits for another's at most. One that no caller waits for is given up after that, too. */
  get patienceMs(): number {
    return Math.min(DEADLINES_OF_PATIENCE * this.#deadlineMs, TIMER_LIMIT_MS);
  }

  /** One that can be joined: what it brings is valid, and it gets on. */
  get(lane: string): Departed | undefined {
    const departed = this.#shared.get(lane);
    if (departed === undefined || departed.flight.isClosed) return undefined;
    return departed.flight.isStalled(this.#steadyNow()) ? undefined : departed;
  }

  /** Whether one is under way by this lane that gets on, also if no caller can join it. */
  isUnderWay(lane: string): boolean {
    return this.#shared.get(lane)?.flight.isStalled(this.#steadyNow()) === false;
  }

  /** What they bring has become invalid, so no caller joins any more: of these resources in all partitions, or all. */
  close(resources?: readonly string[]): void {
    for (const { flight } of this.#shared.values()) {
      if (resources === undefined || resources.includes(flight.request.target)) flight.isClosed = true;
    }
  }

  /**
   * Sends a request that others can join by its lane. One in the place of another that stalls has twice its patience, so that
   * an origin that takes a minute is asked a few times in it, not sixty.
   */
  depart(journey: Journey, lane: string): Departed {
    const before = this.#shared.get(lane)?.flight;
    const isStalled = before?.isStalled(this.#steadyNow()) === true;
    const patienceMs = isStalled ? Math.min(2 * before.patienceMs, this.patienceMs) : this.#deadlineMs;
    const departed = this.#depart(journey, undefined, patienceMs, () => {
      if (this.#shared.get(lane) === departed) this.#shared.delete(lane);
    });
    this.#shared.set(lane, departed);
    return departed;
  }

  /** Sends a request that no caller can join. */
  departAlone(journey: Journey): Departed {
    return this.#depart(journey, journey.origin.signal, this.#deadlineMs, ignore);
  }

  /**
   * Sends a request that no caller waits for, one at a time for a lane. One that has hung for too long gives way.
   *
   * @returns Whether it was sent.
   */
  refresh(journey: Journey, lane: string): boolean {
    const before = this.#shared.get(lane)?.flight;
    if (before !== undefined) {
      const isLost =
        !before.isAttended && !before.hasAnswer && this.#steadyNow() - before.departedAt > this.patienceMs;
      if (!isLost) return false;
      before.abort(new Error('the origin did not answer'));
    }
    const departed = this.depart(journey, lane);
    departed.flight.join();
    leaveRunning(departed);
    return true;
  }

  #depart(
    journey: Journey,
    signal: AbortSignal | undefined,
    patienceMs: number,
    onEnd: () => void,
  ): Departed {
    const flight = new Flight(journey, signal, this.#steadyNow(), patienceMs);
    const land = (): void => {
      flight.end();
      onEnd();
    };
    const outcome = this.#fly(flight, land);
    outcome.then(() => {
      flight.hasAnswer = true;
    }, land);
    return { flight, outcome };
  }
}

/** What requests must have in common to share an answer, as far as that is known: the resource, or a variant of it. */
export function laneOf({ key }: Found, origin: Origin): string {
  return `${origin.lane} ${key}`;
}

/** What refreshes of one thing stored have in common: of these, one is sent at a time. */
export function refreshLane({ request, found, origin }: Journey): string {
  const lane = laneOf(found, origin);
  // What one user's credentials bring is for others to be shared once it is stored, not before.
  return request.isShareable ? lane : `own ${lane}`;
}

/** Leaves a flight that is to go on for the cache's sake. */
export function leaveRunning({ flight, outcome }: Departed): void {
  outcome.then((late) => {
    if (late.kind === 'single' && !flight.isAttended) void late.response.body?.cancel().catch(ignore);
  }, ignore);
  flight.leaveRunning();
}

function ignore(): void {}
