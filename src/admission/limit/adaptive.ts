import { asideOptions, nextAside } from './aside.ts';
import { burstLimit } from './burst.ts';
import { WindowedLimit, type Outcome } from './windowed-limit.ts';
import { nextLimit } from './limit.ts';
import { Queue } from './queue.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { type Counted, type Place, Roster } from './roster.ts';
import { Sweep } from './sweep.ts';

/**
 * A client that leaves earlier than this, in ms, did not wait for an answer: timeouts of clients are longer. It says nothing
 * about this server.
 */
const MIN_PATIENCE_MS = 25;

/** How many requests may be in flight, told what becomes of them. Times are in milliseconds from any origin. */
export interface Limit {
  readonly value: number;
  /** How many may be in flight when more than `value` ask at once. */
  burst(nowMs: number): number;
  /** @param inFlight What is in flight now, this request included. */
  admitted(inFlight: number, request: Counted): void;
  /** A request was refused because of this limit, and for no other reason. */
  shed(nowMs: number): void;
  /** @param outcome Undefined when it says nothing about the server. */
  ended(place: Place, outcome: Outcome | undefined, latencyMs: number, nowMs: number): void;
  /**
   * Stops counting requests that take long without waiting in the queue. To be called often; it rarely does anything.
   *
   * @param isFull There is no room for a request, or soon won't be.
   */
  sweep(nowMs: number, isFull: boolean): void;
}

/** The limit of one server. */
export class AdaptiveLimit implements Limit {
  readonly #queued: WindowedLimit;
  readonly #aside: WindowedLimit;
  readonly #queue: Queue;
  readonly #sweep: Sweep;
  readonly #roster: Roster;
  #countAside = 0;
  #lastShedMs = -Infinity;

  /** @param roster The requests in the queue, oldest first; requests that end are taken off it elsewhere. */
  constructor(options: ResolvedLimitOptions, nowMs: number, roster: Roster = new Roster()) {
    this.#roster = roster;
    this.#queued = new WindowedLimit(nextLimit, options, nowMs);
    this.#aside = new WindowedLimit(nextAside, asideOptions(options), nowMs);
    this.#queue = new Queue(options.targetLatencyMs);
    this.#sweep = new Sweep(this.#roster, this);
  }

  get value(): number {
    return this.#queued.limit;
  }

  burst(nowMs: number): number {
    const oldestMs = this.#roster.oldest?.arrivedMs ?? nowMs;
    return burstLimit(this.value, this.#lastShedMs, oldestMs, nowMs);
  }

  admitted(inFlight: number, request: Counted): void {
    this.#queued.window.admitted(inFlight);
    this.#roster.add(request);
  }

  shed(nowMs: number): void {
    this.#lastShedMs = nowMs;
    this.#queued.window.shed();
    this.#queued.move(nowMs);
  }

  ended(place: Place, outcome: Outcome | undefined, latencyMs: number, nowMs: number): void {
    if (place === 'aside') this.#countAside -= 1;
    if (outcome === undefined) return;
    if (outcome === 'cancelled' && latencyMs < MIN_PATIENCE_MS) return;
    if (place === 'queue') {
      if (outcome === 'completed') this.#queue.ended(latencyMs, nowMs);
      this.#queued.ended(outcome, latencyMs, nowMs);
    } else if (place === 'aside') {
      if (outcome === 'completed') this.#queue.endedAside(latencyMs, nowMs);
      this.#aside.ended(outcome, latencyMs, nowMs);
    }
  }

  sweep(nowMs: number, isFull: boolean): void {
    if (!this.#sweep.isDue(nowMs, isFull)) return;
    this.#sweep.run(isFull ? this.#queue.startsMs(nowMs) : -Infinity);
    this.#queued.move(nowMs);
    this.#aside.move(nowMs);
  }

  /** For the sweep: a request's answer is on its way. */
  answered(): void {
    this.#queued.window.answered();
  }

  /** For the sweep: true if there is room aside for a request that doesn't wait in the queue. */
  stepsAside(): boolean {
    if (this.#countAside >= this.#aside.limit) {
      this.#aside.window.shed();
      return false;
    }
    this.#countAside += 1;
    this.#aside.window.admitted(this.#countAside);
    this.#queued.window.steppedAside();
    return true;
  }
}
