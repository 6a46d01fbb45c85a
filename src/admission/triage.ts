import type { IncomingHttpHeaders } from 'node:http';
import type { Pressure } from './pressure/index.ts';
import {
  Cohorts,
  type IdentityOf,
  identityReader,
  levelOf,
  Priority,
  type ResolvedPriorityOptions,
  seedOf,
} from './priority/index.ts';

/** How often it is decided anew who is refused: often enough for the first second of a flood. */
export const INTERVAL_MS = 100;

/**
 * Refuses the least important requests before a gate has to refuse whoever comes at the wrong moment; see
 * docs/design/priority.md. There is nothing to prefer while all requests are of one class and nobody's in particular:
 * then the gates shed by themselves, and only pressure that no gate answers is answered here.
 */
export class Triage {
  readonly #priority: Priority;
  readonly #pressure: Pressure;
  readonly #cohorts: Cohorts;
  readonly #identityOf: IdentityOf | undefined;
  readonly #wallClock: () => number;
  #decidedMs: number;
  #offered = 0;
  #completed = 0;
  #shedByGates = 0;
  #shedOfBetterClasses = 0;

  /** @param wallClock Milliseconds since 1970: the line-up of users changes with the hour, everywhere at once. */
  constructor(
    options: ResolvedPriorityOptions,
    pressure: Pressure,
    nowMs: number,
    wallClock: () => number = Date.now,
  ) {
    const { identity, salt } = options;
    this.#priority = new Priority(options);
    this.#pressure = pressure;
    this.#cohorts = new Cohorts(seedOf(salt ?? String(Math.random())), wallClock());
    this.#identityOf = identity === undefined ? undefined : identityReader(identity);
    this.#wallClock = wallClock;
    this.#decidedMs = nowMs;
  }

  /** Share of the requests that is refused at the moment, 0 to 1. */
  get refusedShare(): number {
    return this.#priority.share;
  }

  /** A request asks; exempt ones don't. @param rank Index of its class in `CRITICALITIES`. */
  admits(rank: number, headers: IncomingHttpHeaders): boolean {
    this.#offered += 1;
    const level = levelOf(rank, this.#cohorts.of(this.#identityOf?.(headers)));
    this.#priority.offered(level);
    return this.#priority.admits(level);
  }

  /** A request that was admitted here has been shed because too much is in flight, or in one turn. */
  shedByGate(rank: number): void {
    this.#shedByGates += 1;
    if (rank < this.#priority.classAtThreshold) this.#shedOfBetterClasses += 1;
  }

  /** A request that was let in has ended. */
  completed(): void {
    this.#completed += 1;
  }

  /** Decides anew who is refused. To be called every {@link INTERVAL_MS}, after the pressure was sampled. */
  decide(nowMs: number): void {
    const prefers = this.#identityOf !== undefined || this.#priority.hasClasses;
    this.#cohorts.rotate(this.#wallClock());
    this.#priority.adapt({
      offered: this.#offered,
      completed: this.#completed,
      shedByGates: prefers ? this.#shedByGates : 0,
      shedOfBetterClasses: prefers ? this.#shedOfBetterClasses : 0,
      pressure: prefers ? this.#pressure.overall : this.#pressure.withoutGate,
      pressureWithoutGate: this.#pressure.withoutGate,
      elapsedMs: nowMs - this.#decidedMs,
    });
    this.#decidedMs = nowMs;
    this.#offered = 0;
    this.#completed = 0;
    this.#shedByGates = 0;
    this.#shedOfBetterClasses = 0;
  }
}
