// What a `Retry-After` does to later calls. A refusal is about more than the request that got it: later calls of its class, and of
// less important ones, would be refused too.
import { CRITICALITIES } from '../../core/criticality.ts';

/** Time by which a hold is longer than the peer asked for, at most, as a share: clients refused together do not come back together. */
const JITTER = 0.5;

interface Held {
  untilMs: number;
  /** Share of calls that wait: as many as the peer refuses. One refusal in twenty is no reason to hold back the other nineteen. */
  share: number;
}

export class Holds {
  readonly #byRank: Held[] = CRITICALITIES.map(() => ({ untilMs: 0, share: 0 }));
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The peer refused calls of this class for a time; `share` of those that it answered lately. */
  refused(rank: number, share: number, retryAfterMs: number, nowMs: number): void {
    const untilMs = nowMs + retryAfterMs * (1 + JITTER * this.#random());
    for (const held of this.#byRank.slice(rank)) {
      held.share = held.untilMs > nowMs ? Math.max(held.share, share) : share;
      held.untilMs = Math.max(held.untilMs, untilMs);
    }
  }

  /** Time that a call has to wait for, in ms; 0 if it may go now. */
  waitMs(rank: number, nowMs: number): number {
    const held = this.#byRank[rank];
    if (held === undefined || held.untilMs <= nowMs) return 0;
    return held.share >= 1 || this.#random() < held.share ? held.untilMs - nowMs : 0;
  }

  /** Until when calls of any class are held back, or 0. */
  untilMs(nowMs: number): number {
    const latest = Math.max(...this.#byRank.map(({ untilMs }) => untilMs));
    return latest > nowMs ? latest : 0;
  }
}
