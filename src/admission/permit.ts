import type { IncomingHttpHeaders } from 'node:http';
import type { Admission, Shed } from './admission.ts';
import { type Answering, isReceived, pathOf, stageOf } from './answer.ts';
import { costOf } from './cost.ts';
import { remainingMs } from './deadline.ts';
import { type Counted, type Outcome, type Place, type Stage, strike } from './limit/index.ts';
import { NOT_ANNOUNCED } from './observer.ts';
import type { ResolvedRoutePolicy } from './policy.ts';
import type { Tally } from './tally.ts';
import type { Listed } from './under-way.ts';

const SWITCHING_PROTOCOLS = 101;

/** The right to run one request, and what it holds until it is released. */
export class Permit implements Counted, Listed {
  readonly admission: Admission;
  readonly arrivedMs: number;
  /** What the request is answered on, once known. */
  answering: Answering | undefined;
  /** Neighbours on the roster of the limit. */
  older: Counted | undefined;
  younger: Counted | undefined;
  /** Neighbours among all that are under way, and how long it was last seen to wait. */
  before: Listed | undefined;
  after: Listed | undefined;
  waitedMs = 0;
  /** What the observer has returned when the head of the answer was about to leave. */
  announced: number = NOT_ANNOUNCED;
  /** The request's header of that name. */
  traceparent: string | undefined;
  #deadlineMs: number | undefined;
  #tally: Tally;
  readonly #method: string;
  #heldUnits: number;
  #heldBytes = 0;
  #released = false;
  #place: Place;

  constructor(
    admission: Admission,
    tally: Tally,
    method: string,
    arrivedMs: number,
    heldUnits: number,
    deadlineMs: number | undefined,
  ) {
    this.admission = admission;
    this.#deadlineMs = deadlineMs;
    this.#tally = tally;
    this.#method = method;
    this.arrivedMs = arrivedMs;
    this.#heldUnits = heldUnits;
    this.#place = heldUnits === 0 ? 'none' : 'line';
    this.answering = undefined;
    this.traceparent = undefined;
    this.older = undefined;
    this.younger = undefined;
    this.before = undefined;
    this.after = undefined;
  }

  /** How long the caller waits, counted from the request's arrival; undefined for ever. */
  get deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  /** The label of the request's route; empty when it isn't known. */
  get route(): string {
    return this.#tally.route;
  }

  /** Its client waits for an answer of which nothing was sent. Nobody in particular waits for those of health checks. */
  get waits(): boolean {
    const { answering } = this;
    if (answering === undefined || this.#tally.criticality === 'exempt') return false;
    return stageOf(answering) === 'waiting' && isReceived(answering);
  }

  /** Method and route, or path where no route is known. */
  get name(): string {
    return `${this.#method} ${this.route === '' ? pathOf(this.answering) : this.route}`;
  }

  /** What the request was decided by. */
  get policy(): ResolvedRoutePolicy {
    return this.#tally.policy;
  }

  /** The framework has found the request's route, which was not known when it was decided. */
  label(pattern: string): void {
    if (this.#tally.route === '') this.#tally = this.admission.relabelled(this.#tally, pattern);
  }

  /**
   * The framework has found the request's policy. If none was known when the request was let in, decides again by that
   * policy. A request that is shed after all holds nothing any more, but has to be released; answer it with what is returned.
   */
  reclassify(policy: ResolvedRoutePolicy, headers: IncomingHttpHeaders): Shed | undefined {
    if (this.#released) return undefined;
    const tally = this.admission.reclassified(this.#tally, policy);
    if (tally === this.#tally) return undefined;
    this.#tally = tally;
    const units = this.#place !== 'line' ? 0 : costOf(tally, headers);
    this.#deadlineMs = remainingMs(headers, tally.policy.deadlineMs);
    const shed = this.admission.decideAgain({
      tally,
      units,
      heldUnits: this.#heldUnits,
      heldBytes: this.#heldBytes,
      deadlineMs: this.#deadlineMs,
      arrivedMs: this.arrivedMs,
    });
    this.#heldUnits = shed === undefined ? units : 0;
    if (this.#place === 'line' && this.#heldUnits === 0) this.#leaveLine();
    if (shed !== undefined || tally.criticality === 'exempt') this.#heldBytes = 0;
    return shed;
  }

  /**
   * Charges bytes of the request's body to the budget, beforehand or as they arrive. False when the budget is spent and
   * others hold a part of it, so that this request should be ended.
   */
  charge(bytes: number): boolean {
    if (this.#released || this.#tally.criticality === 'exempt') return true;
    this.#heldBytes += bytes;
    return this.admission.hold(bytes, this.#heldBytes);
  }

  /** The body ran over the budget: counts the request as shed after all. It still has to be released. */
  overrun(): Shed {
    this.#leaveLine();
    return this.admission.overrun(this.#tally);
  }

  /** The head of the answer is about to leave. Only the first call counts. */
  answers(status: number): void {
    if (this.#released || this.announced !== NOT_ANNOUNCED) return;
    this.announced = this.admission.answering(this.#tally, this.#method, status, this.arrivedMs);
  }

  /** For the roster. */
  stage(): Stage {
    return this.answering === undefined ? 'waiting' : stageOf(this.answering);
  }

  /** What becomes of a request that is refused midway says nothing about the server. */
  #leaveLine(): void {
    strike(this);
    this.#place = 'none';
  }

  /** For the roster: gives back what it holds of the limit. */
  moveTo(place: Place): void {
    this.#place = place;
    this.admission.uncount(this.#heldUnits);
    this.#heldUnits = 0;
  }

  /**
   * Gives everything back. Only the first call counts.
   *
   * @param isComplete False when the client went away before the end of the response.
   */
  release(status: number, isComplete: boolean = true): void {
    if (this.#released) return;
    this.#released = true;
    strike(this);
    this.admission.settle(
      this,
      this.#tally,
      this.#place,
      this.#heldUnits,
      this.#heldBytes,
      this.#method,
      status,
      this.arrivedMs,
      outcomeOf(status, isComplete),
    );
  }
}

/** Undefined when the connection has left HTTP: what it does from then on was not waited for. */
function outcomeOf(status: number, isComplete: boolean): Outcome | undefined {
  if (status === SWITCHING_PROTOCOLS) return undefined;
  if (!isComplete) return 'cancelled';
  return status >= 500 ? 'failed' : 'completed';
}
