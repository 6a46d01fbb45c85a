import { Repeats } from '../classify/repeats.ts';
import type { ShedStatus } from '../options.ts';
import type { ShedReason } from '../stats.ts';
import { DrainEstimate, retryAfterSeconds } from './retry-after.ts';
import type { Shed } from './shed.ts';
import { SustainedShedding } from './sustained.ts';

/** During sustained shedding one in this many shed requests closes its connection. */
const SHED_PER_CLOSE = 50;

/** What shed requests are answered: when to come again, whether at all, and whether on the same connection. */
export class Shedding {
  readonly #drain: DrainEstimate;
  readonly #sustained = new SustainedShedding();
  readonly repeats: Repeats = new Repeats();
  #count = 0;

  constructor(nowMs: number) {
    this.#drain = new DrainEstimate(nowMs);
  }

  /** A request is in flight after none was. */
  began(nowMs: number): void {
    this.#drain.began(nowMs);
  }

  completed(seconds: number, nowMs: number): void {
    this.#drain.completed(seconds, nowMs);
  }

  isSustained(nowMs: number): boolean {
    return this.#sustained.isSustained(nowMs);
  }

  /** @param isIdle No request is in flight: the time since the last completion says nothing. */
  answer(status: ShedStatus, reason: ShedReason, isIdle: boolean, nowMs: number): Shed {
    // A deadline that has passed is its caller's, as a request in quarantine is: both say nothing about this server's load.
    const isCallers = reason === 'deadline' || reason === 'quarantine';
    if (!isCallers) this.#sustained.shed(nowMs);
    this.#count += 1;
    return {
      status,
      reason,
      retryAfterSeconds: retryAfterSeconds(isIdle ? 0 : this.#drain.seconds(nowMs), Math.random()),
      forbidsRetry: reason === 'quarantine' || this.repeats.areMany(nowMs),
      closes: this.#count % SHED_PER_CLOSE === 0 && this.#sustained.isSustained(nowMs),
    };
  }
}
