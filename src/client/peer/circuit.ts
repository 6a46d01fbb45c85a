// The circuit breaker of one peer. Only a peer that serves nothing at all opens it: throttling handles partial failure, and a breaker
// that opens on partial failure makes a total one of it (Marc Brooker, "Will circuit breakers solve my problems?").

/** When the circuit opens, and how it finds out that the peer is back. */
export interface CircuitRules {
  /** Failures in a row, without one success, after which it opens. */
  readonly failures: number;
  /** Minimum time that these failures have to span, in ms. */
  readonly afterMs: number;
  /** Maximum time between two probes while it is open, in ms. */
  readonly probeEveryMs: number;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/** What an attempt may do. `generation` tells which state of the circuit it was sent in: later results of earlier states don't count. */
export interface Pass {
  readonly generation: number;
}

/** Attempts in flight that a half-open circuit begins with. Each success allows one more, so the number doubles per round trip. */
const HALF_OPEN_IN_FLIGHT = 2;

/** Successes that close a half-open circuit. */
const SUCCESSES_TO_CLOSE = 20;

/** A half-open circuit opens again when failures outnumber successes by more than this. */
const FAILURES_ALLOWED = 3;

export class Circuit {
  readonly #rules: CircuitRules;
  readonly #random: () => number;
  #state: CircuitState = 'closed';
  /** What attempts get in this state. */
  #pass: Pass = { generation: 0 };
  /** Closed: failures in a row, and when the first of them was seen. */
  #failures = 0;
  #failingSinceMs = 0;
  /** Open: when the next probe may go. */
  #nextProbeMs = 0;
  /** Half-open. */
  #inFlight = 0;
  #successes = 0;

  constructor(rules: CircuitRules, random: () => number) {
    this.#rules = rules;
    this.#random = random;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** For an attempt that the circuit does not have to admit. */
  get pass(): Pass {
    return this.#pass;
  }

  /** Lets an attempt through or, with undefined, holds it back. */
  admit(nowMs: number): Pass | undefined {
    if (this.#state === 'open') {
      if (nowMs < this.#nextProbeMs) return undefined;
      this.#scheduleProbe(nowMs);
    } else if (this.#state === 'half-open') {
      if (this.#inFlight >= HALF_OPEN_IN_FLIGHT + this.#successes) return undefined;
      this.#inFlight += 1;
    }
    return this.#pass;
  }

  /** Time until an attempt may go out, in ms. */
  waitMs(nowMs: number): number {
    return this.#state === 'open' ? Math.max(0, this.#nextProbeMs - nowMs) : 0;
  }

  /** The peer served an attempt. Returns true if this closes the circuit. */
  succeeded({ generation }: Pass): boolean {
    if (generation !== this.#pass.generation) return false;
    this.#failures = 0;
    if (this.#state === 'open') {
      this.#enter('half-open');
      return false;
    }
    if (this.#state === 'closed') return false;
    this.#inFlight -= 1;
    this.#successes += 1;
    if (this.#successes < SUCCESSES_TO_CLOSE) return false;
    this.#enter('closed');
    return true;
  }

  /**
   * The peer asked to repeat the request later. It serves others, perhaps of another class, so this does not open a closed circuit; a
   * probe that is refused has failed.
   */
  refused(pass: Pass, nowMs: number): void {
    if (this.#state !== 'closed') this.failed(pass, nowMs);
  }

  failed({ generation }: Pass, nowMs: number): void {
    if (generation !== this.#pass.generation) return;
    this.#failures += 1;
    if (this.#state === 'closed') {
      if (this.#failures === 1) this.#failingSinceMs = nowMs;
      const { failures, afterMs } = this.#rules;
      if (this.#failures >= failures && nowMs - this.#failingSinceMs >= afterMs) this.#open(nowMs);
    } else if (this.#state === 'half-open') {
      this.#inFlight -= 1;
      if (this.#failures - this.#successes > FAILURES_ALLOWED) this.#open(nowMs);
    }
  }

  /** The attempt ended without saying anything about the peer. */
  withdrawn({ generation }: Pass): void {
    if (generation === this.#pass.generation && this.#state === 'half-open') this.#inFlight -= 1;
  }

  #open(nowMs: number): void {
    this.#enter('open');
    this.#scheduleProbe(nowMs);
  }

  #enter(state: CircuitState): void {
    this.#state = state;
    this.#pass = { generation: this.#pass.generation + 1 };
    this.#failures = 0;
    this.#successes = 0;
    this.#inFlight = 0;
  }

  /** Somewhere in the second half of the interval: clients that saw the same outage do not probe together. */
  #scheduleProbe(nowMs: number): void {
    this.#nextProbeMs = nowMs + this.#rules.probeEveryMs * (0.5 + 0.5 * this.#random());
  }
}
