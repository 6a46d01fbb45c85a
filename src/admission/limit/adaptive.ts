import { asideOptions, nextAside } from './aside.ts';
import { burstLimit } from './burst.ts';
import { Lane, type Outcome } from './lane.ts';
import { nextLimit } from './limit.ts';
import { Line } from './line.ts';
import type { ResolvedLimitOptions } from './options.ts';
import { type Counted, type Place, Roster } from './roster.ts';
import { Sweep } from './sweep.ts';

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
   * Stops counting requests that take long without waiting in line. To be called often; it rarely does anything.
   *
   * @param isFull There is no room for a request, or soon won't be.
   */
  sweep(nowMs: number, isFull: boolean): void;
}

/** The limit of one server. */
export class AdaptiveLimit implements Limit {
  readonly #inLine: Lane;
  readonly #aside: Lane;
  readonly #line: Line;
  readonly #sweep: Sweep;
  readonly #roster = new Roster();
  #countAside = 0;
  #lastShedMs = -Infinity;

  constructor(options: ResolvedLimitOptions, nowMs: number) {
    this.#inLine = new Lane(nextLimit, options, nowMs);
    this.#aside = new Lane(nextAside, asideOptions(options), nowMs);
    this.#line = new Line(options.targetLatencyMs);
    this.#sweep = new Sweep(this.#roster, this);
  }

  get value(): number {
    return this.#inLine.limit;
  }

  burst(nowMs: number): number {
    const oldestMs = this.#roster.oldest?.arrivedMs ?? nowMs;
    return burstLimit(this.value, this.#lastShedMs, oldestMs, nowMs);
  }

  admitted(inFlight: number, request: Counted): void {
    this.#inLine.window.admitted(inFlight);
    this.#roster.add(request);
  }

  shed(nowMs: number): void {
    this.#lastShedMs = nowMs;
    this.#inLine.window.shed();
    this.#inLine.move(nowMs);
  }

  ended(place: Place, outcome: Outcome | undefined, latencyMs: number, nowMs: number): void {
    if (place === 'aside') this.#countAside -= 1;
    if (outcome === undefined) return;
    if (place === 'line') {
      if (outcome === 'completed') this.#line.ended(latencyMs, nowMs);
      this.#inLine.ended(outcome, latencyMs, nowMs);
    } else if (place === 'aside') {
      if (outcome === 'completed') this.#line.endedAside(latencyMs, nowMs);
      this.#aside.ended(outcome, latencyMs, nowMs);
    }
  }

  sweep(nowMs: number, isFull: boolean): void {
    if (!this.#sweep.isDue(nowMs, isFull)) return;
    this.#sweep.run(isFull ? this.#line.startsMs(nowMs) : -Infinity);
    this.#inLine.move(nowMs);
    this.#aside.move(nowMs);
  }

  /** For the sweep: a request's answer is on its way. */
  answered(): void {
    this.#inLine.window.answered();
  }

  /** For the sweep: true if there is room aside for a request that doesn't wait in line. */
  stepsAside(): boolean {
    if (this.#countAside >= this.#aside.limit) {
      this.#aside.window.shed();
      return false;
    }
    this.#countAside += 1;
    this.#aside.window.admitted(this.#countAside);
    this.#inLine.window.steppedAside();
    return true;
  }
}
