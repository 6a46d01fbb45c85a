// What became of each request, in arrays that are as long as the run from its beginning.
import { quantile } from '../../lib/statistics.ts';
import { BIN_MS, type OpenPlan, type OpenResult, type PhaseResult, type Tally } from './plan.ts';

const PENDING = 0;
const TIMED_OUT = 1;
/** Below are HTTP's statuses; this and what follows are errors, in the order in which they were first seen. */
const FIRST_ERROR = 1000;
const OK = 200;

export class Ledger {
  readonly #dueMs: Float64Array;
  readonly #kinds: Uint8Array;
  readonly #outcomes: Uint16Array;
  readonly #endedMs: Float64Array;
  readonly #lagsMs: Float64Array;
  readonly #errors: string[] = [];
  readonly #plan: OpenPlan;

  constructor(dueMs: Float64Array, chooseKind: () => number, plan: OpenPlan) {
    this.#dueMs = dueMs;
    this.#kinds = new Uint8Array(dueMs.length).map(chooseKind);
    this.#outcomes = new Uint16Array(dueMs.length);
    this.#endedMs = new Float64Array(dueMs.length);
    this.#lagsMs = new Float64Array(dueMs.length);
    this.#plan = plan;
  }

  get requests(): number {
    return this.#dueMs.length;
  }

  /** From the start of the run, like all times here. */
  dueMs(request: number): number {
    return this.#dueMs[request] ?? Infinity;
  }

  kind(request: number): number {
    return this.#kinds[request] ?? 0;
  }

  isEnded(request: number): boolean {
    return this.#outcomes[request] !== PENDING;
  }

  noticed(request: number, nowMs: number): void {
    this.#lagsMs[request] = nowMs - this.dueMs(request);
  }

  answered(request: number, status: number, nowMs: number): void {
    this.#outcomes[request] = status;
    this.#endedMs[request] = nowMs;
  }

  timedOut(request: number): void {
    this.#outcomes[request] = TIMED_OUT;
  }

  broke(request: number, why: string): void {
    let error = this.#errors.indexOf(why);
    if (error === -1) error = this.#errors.push(why) - 1;
    this.#outcomes[request] = FIRST_ERROR + error;
  }

  result(): Omit<OpenResult, 'mostConnections' | 'coreShare'> {
    const phases: PhaseResult[] = [];
    let startMs = 0;
    for (const { seconds } of this.#plan.phases) {
      const endMs = startMs + 1000 * seconds;
      phases.push(this.#phase(startMs, endMs));
      startMs = endMs;
    }
    const offered: number[] = Array(Math.ceil(startMs / BIN_MS)).fill(0);
    const good = [...offered];
    this.#dueMs.forEach((dueMs, request) => {
      const bin = Math.floor(dueMs / BIN_MS);
      offered[bin] = (offered[bin] ?? 0) + 1;
      if (this.#isGood(request)) good[bin] = (good[bin] ?? 0) + 1;
    });
    return { phases, timeline: { offered, good }, lagP99Ms: quantile(this.#lagsMs, 0.99) };
  }

  #phase(startMs: number, endMs: number): PhaseResult {
    const requests: number[] = [];
    this.#dueMs.forEach((dueMs, request) => {
      if (dueMs >= startMs && dueMs < endMs) requests.push(request);
    });
    let answeredInTime = 0;
    this.#endedMs.forEach((endedMs, request) => {
      if (endedMs >= startMs && endedMs < endMs && this.#isGood(request)) answeredInTime += 1;
    });
    const seconds = (endMs - startMs) / 1000;
    const byKind = this.#plan.kinds.map(({ name }, kind): [string, Tally] => [
      name,
      this.#tally(requests.filter((request) => this.kind(request) === kind)),
    ]);
    return {
      seconds,
      goodPerSecond: answeredInTime / seconds,
      all: this.#tally(requests),
      byKind: Object.fromEntries(byKind),
    };
  }

  #tally(requests: readonly number[]): Tally {
    const refused: Record<string, number> = {};
    const errors: Record<string, number> = {};
    const served: number[] = [];
    const refusals: number[] = [];
    let good = 0;
    let timeouts = 0;
    for (const request of requests) {
      const outcome = this.#outcomes[request] ?? PENDING;
      if (outcome === OK) {
        served.push(this.#latencyMs(request));
        if (this.#isGood(request)) good += 1;
      } else if (outcome === TIMED_OUT) {
        timeouts += 1;
      } else if (outcome >= FIRST_ERROR) {
        const error = this.#errors[outcome - FIRST_ERROR] ?? '';
        errors[error] = (errors[error] ?? 0) + 1;
      } else {
        refused[outcome] = (refused[outcome] ?? 0) + 1;
        refusals.push(this.#latencyMs(request));
      }
    }
    return {
      offered: requests.length,
      good,
      late: served.length - good,
      refused,
      timeouts,
      errors,
      p50Ms: orNull(quantile(served, 0.5)),
      p99Ms: orNull(quantile(served, 0.99)),
      refusedP99Ms: orNull(quantile(refusals, 0.99)),
    };
  }

  #isGood(request: number): boolean {
    return this.#outcomes[request] === OK && this.#latencyMs(request) <= this.#plan.deadlineMs;
  }

  #latencyMs(request: number): number {
    return (this.#endedMs[request] ?? NaN) - this.dueMs(request);
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
