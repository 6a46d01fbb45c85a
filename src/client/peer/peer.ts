// One origin as the client knows it: whether calls may go out now, and whether an attempt may be repeated.
import { type Outcome, verdictOf } from '../outcome.ts';
import { backOffMs } from './back-off.ts';
import { AttemptBudget } from './budget.ts';
import { Circuit, type CircuitState, type Pass } from './circuit.ts';
import { type HeldBackReason, noCounts, type PeerCounts } from './counts.ts';
import { Hedging } from './hedging.ts';
import { Holds } from './hold.ts';
import type { PeerRules } from './rules.ts';
import { Recent } from './recent.ts';
import { heldBackShare } from './throttle.ts';

export interface HeldBack {
  readonly reason: HeldBackReason;
  /** When it is worth calling again, in ms from now. */
  readonly waitMs: number;
}

/** Without a pass, how the call ends says nothing about the peer: it was sent although it should have been held back. */
export type Admission = { readonly pass: Pass | undefined } | { readonly heldBack: HeldBack };

/** What the next attempt depends on. */
export interface RetryRequest {
  /** Repeating the request does no harm: an idempotent method, or an idempotency key. */
  readonly isSafe: boolean;
  /** The body can be sent again. */
  readonly isRepeatable: boolean;
  /** Attempts made so far. */
  readonly attempts: number;
  /** Time that is left of the call, in ms. */
  readonly leftMs: number;
}

/** Another attempt. */
export interface Retry {
  /** Time to wait before it, in ms. */
  readonly waitMs: number;
  readonly pass: Pass;
}

/** State of one peer as programs and people see it. */
export type PeerState = 'closed' | 'throttled' | 'holding-back' | 'open' | 'half-open';

/** Successes in a row, while calls are held back, that make the client forget half of the failures. */
const SUCCESSES_TO_FORGIVE = 20;

/** Tokens that can be saved up. More would be sent at once when an outage begins. */
const BUDGET_CAPACITY = 10;

/** How long a call that throttling held back should wait, in ms. */
const THROTTLED_WAIT_MS = 1000;

export class Peer {
  readonly origin: string;
  readonly rules: PeerRules;
  readonly counts: PeerCounts = noCounts();
  readonly #random: () => number;
  readonly #recent = new Recent();
  readonly #budget: AttemptBudget;
  readonly #circuit: Circuit | undefined;
  readonly #holds: Holds;
  readonly #hedging: Hedging | undefined;
  /** Successes in a row. */
  #streak = 0;
  usedMs: number;

  constructor(origin: string, rules: PeerRules, random: () => number, nowMs: number) {
    this.origin = origin;
    this.rules = rules;
    this.#random = random;
    this.#budget = new AttemptBudget(rules.retry.budget, BUDGET_CAPACITY, nowMs);
    this.#circuit = rules.circuit === false ? undefined : new Circuit(rules.circuit, random);
    this.#holds = new Holds(random);
    if (rules.hedge !== false) this.#hedging = new Hedging(rules.hedge, nowMs);
    this.usedMs = nowMs;
  }

  /** Decides whether a call may go out. */
  admit(rank: number, nowMs: number): Admission {
    this.usedMs = nowMs;
    this.counts.calls += 1;
    const held = this.#holds.waitMs(rank, nowMs);
    if (held > 0) {
      // Else the calls of this time would be missing where throttling compares them with what the peer serves, and too many go out afterwards.
      if (this.#recent.hasShed(nowMs)) this.#recent.heldBack(rank, nowMs);
      return this.#heldBack('retry-after', held);
    }
    // A circuit that is not closed decides alone: both, in each of three tiers, would let next to nothing through.
    const share = this.#isClosed ? this.#throttledShare(rank, nowMs) : 0;
    if (share > 0 && this.#random() < share) {
      this.#recent.heldBack(rank, nowMs);
      return this.#heldBack('throttled', THROTTLED_WAIT_MS);
    }
    const pass = this.#circuit === undefined ? NO_CIRCUIT : this.#circuit.admit(nowMs);
    if (pass === undefined) return this.#heldBack('circuit-open', this.#circuit?.waitMs(nowMs) ?? 0);
    return { pass };
  }

  /** A call whose deadline has passed before it could be sent. */
  tooLate(): Admission {
    this.counts.calls += 1;
    return this.#heldBack('deadline', 0);
  }

  #heldBack(reason: HeldBackReason, waitMs: number): Admission {
    this.counts.heldBack[reason] += 1;
    return { heldBack: { reason, waitMs } };
  }

  ended(pass: Pass, rank: number, outcome: Outcome, nowMs: number): void {
    const verdict = verdictOf(outcome, this.rules.slowMs);
    if (verdict === 'nothing') {
      this.#circuit?.withdrawn(pass);
      return;
    }
    if (verdict === 'success' || verdict === 'served') {
      if (verdict === 'success') this.#budget.deposit();
      if (outcome.kind === 'response') this.#hedging?.succeeded(outcome.tookMs, nowMs);
      this.#recent.ended(rank, 'accepted', nowMs);
      this.counts.succeeded += 1;
      this.#succeeded(pass);
      return;
    }
    this.counts.failed += 1;
    this.#streak = 0;
    const isShed = outcome.kind === 'response' && outcome.isShed;
    this.#recent.ended(rank, isShed ? 'shed' : verdict, nowMs);
    if (verdict === 'refused') this.#circuit?.refused(pass, nowMs);
    else this.#circuit?.failed(pass, nowMs);
    if (outcome.kind === 'response' && verdict === 'refused' && outcome.retryAfterMs > 0) {
      const holdMs = Math.min(outcome.retryAfterMs, this.rules.holdLimitMs);
      this.#holds.refused(rank, this.#recent.refusedShare(rank, nowMs), holdMs, nowMs);
    }
  }

  /**
   * Decides on another attempt and takes its token; undefined if there will be none. Once calls are held back there are no retries:
   * they are the first to stop.
   */
  retry(
    outcome: Outcome,
    rank: number,
    { isSafe, isRepeatable, attempts, leftMs }: RetryRequest,
    nowMs: number,
  ): Retry | undefined {
    const { retry } = this.rules;
    if (attempts >= retry.attempts || !isRepeatable || !this.#isWorthRepeating(outcome)) return undefined;
    if (!isSafe && !this.#provesNothingRan(outcome)) return undefined;
    if (!this.#isHealthy(rank, nowMs)) return undefined;
    const askedMs = outcome.kind === 'response' ? outcome.retryAfterMs : 0;
    // A kept-alive connection that the peer closed at the same moment: a new one is all that it takes.
    const isRace = outcome.kind === 'connection-lost' && attempts === 1;
    const waitMs = isRace ? 0 : askedMs + backOffMs(retry, attempts, this.#random);
    if (askedMs > retry.maxMs || waitMs >= leftMs || !this.#budget.take(nowMs)) return undefined;
    this.counts.retries += 1;
    return { waitMs, pass: this.#pass() };
  }

  /** Time after which a second attempt may be sent beside the first, in ms; undefined if there will be none. */
  hedgeAfterMs(rank: number, nowMs: number): number | undefined {
    const afterMs = this.#hedging?.afterMs(nowMs);
    return afterMs !== undefined && this.#isHealthy(rank, nowMs) ? afterMs : undefined;
  }

  /** Takes the token of a second attempt; undefined if there is none. */
  hedge(rank: number, nowMs: number): Pass | undefined {
    if (!this.#isHealthy(rank, nowMs) || this.#hedging?.take(nowMs) !== true) return undefined;
    this.counts.hedges += 1;
    return this.#pass();
  }

  state(nowMs: number): PeerState {
    const circuit: CircuitState = this.#circuit?.state ?? 'closed';
    if (circuit !== 'closed') return circuit;
    if (this.#holds.untilMs(nowMs) > 0) return 'holding-back';
    return this.#throttledShare(LEAST_IMPORTANT, nowMs) > 0 ? 'throttled' : 'closed';
  }

  budgetTokens(nowMs: number): number {
    return this.#budget.tokens(nowMs);
  }

  #pass(): Pass {
    return this.#circuit?.pass ?? NO_CIRCUIT;
  }

  get #isClosed(): boolean {
    return this.#circuit === undefined || this.#circuit.state === 'closed';
  }

  /** Nothing holds back calls of the class. */
  #isHealthy(rank: number, nowMs: number): boolean {
    return this.#isClosed && this.#throttledShare(rank, nowMs) === 0;
  }

  #succeeded(pass: Pass): void {
    this.#streak += 1;
    if (this.#circuit?.succeeded(pass) === true) this.#recent.clear();
    if (this.#streak % SUCCESSES_TO_FORGIVE === 0) this.#recent.forgiveHalf();
  }

  #throttledShare(rank: number, nowMs: number): number {
    const { throttle } = this.rules;
    if (throttle === false || this.#recent.isClean(nowMs)) return 0;
    return heldBackShare(throttle, this.#recent.totals(nowMs), rank);
  }

  #isWorthRepeating(outcome: Outcome): boolean {
    if (outcome.kind === 'withdrawn') return false;
    if (outcome.kind !== 'response') return true;
    return !outcome.forbidsRetry && this.rules.retry.statuses.has(outcome.status);
  }

  #provesNothingRan(outcome: Outcome): boolean {
    if (outcome.kind === 'not-sent') return true;
    return outcome.kind === 'response' && outcome.isShed && this.rules.trustsRefusals;
  }
}

const NO_CIRCUIT: Pass = Object.freeze({ generation: 0 });

/** Rank of `sheddable`: held back first. */
const LEAST_IMPORTANT = 3;
