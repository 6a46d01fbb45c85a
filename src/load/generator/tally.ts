// What became of the requests of one thread: counts and histograms, nothing per request.
import { Histogram, type HistogramState } from '../result/histogram.ts';
import type { Exchange } from './exchange.ts';
import type { Plan } from './plan.ts';

export interface Counts {
  offered: number;
  good: number;
  late: number;
  refused: number;
  failed: number;
}

/** A second as it is now, on its way to the thread that gathers them. */
export interface SecondState extends Counts {
  readonly index: number;
  readonly latency: HistogramState;
}

export interface KindState extends Counts {
  readonly name: string;
  readonly latency: HistogramState;
}

/** Everything that a thread hands over at the end, without the seconds. */
export interface TallyState {
  readonly kinds: readonly KindState[];
  readonly repeats: number;
  readonly refusalLatency: HistogramState;
  readonly lag: HistogramState;
  readonly refusedBy: ReadonlyMap<string, number>;
  readonly failedBy: ReadonlyMap<string, number>;
  readonly waitedForConnection: number;
  readonly slowServed: number;
  /** When the last response arrived, of whatever status; undefined without any. */
  readonly answeredMs: number | undefined;
  /** Attempts that have ended without a response since then. */
  readonly unanswered: number;
}

/** Of a second's latencies: 3 % wide buckets in 3 KB. */
const SECOND_BITS = 6;

class Group implements Counts {
  offered = 0;
  good = 0;
  late = 0;
  refused = 0;
  failed = 0;
  readonly latency: Histogram;

  constructor(bits?: number) {
    this.latency = new Histogram(bits);
  }

  counts(): Counts {
    const { offered, good, late, refused, failed } = this;
    return { offered, good, late, refused, failed };
  }

  kindState(name: string): KindState {
    return { name, ...this.counts(), latency: this.latency.state() };
  }

  get hasEnded(): boolean {
    return this.good + this.late + this.refused + this.failed >= this.offered;
  }
}

export class Tally {
  repeats = 0;
  waitedForConnection = 0;
  slowServed = 0;
  #answeredMs: number | undefined;
  #unanswered = 0;
  readonly #plan: Plan;
  readonly #byName = new Map<string, Group>();
  readonly #kinds: readonly Group[];
  /** By number, in their order; without those that were handed over for the last time. */
  readonly #seconds = new Map<number, Group>();
  readonly #lag = new Histogram();
  readonly #refusalLatency = new Histogram();
  readonly #refusedBy = new Map<string, number>();
  readonly #failedBy = new Map<string, number>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#kinds = plan.kinds.map(({ name }) => {
      const group = this.#byName.get(name) ?? new Group();
      this.#byName.set(name, group);
      return group;
    });
  }

  due(exchange: Exchange, lagMs: number): void {
    this.#lag.record(lagMs);
    this.#kind(exchange).offered += 1;
    this.#second(exchange).offered += 1;
  }

  served(exchange: Exchange, nowMs: number): void {
    const latencyMs = nowMs - exchange.dueMs;
    const isGood = latencyMs <= this.#plan.deadlineMs;
    for (const group of [this.#kind(exchange), this.#second(exchange)]) {
      if (isGood) group.good += 1;
      else group.late += 1;
      group.latency.record(latencyMs);
    }
    if (exchange.isSlow) this.slowServed += 1;
  }

  /** The target has answered, whatever it says. */
  answered(nowMs: number): void {
    this.#answeredMs = nowMs;
    this.#unanswered = 0;
  }

  /** An attempt has ended without a response. */
  unanswered(): void {
    this.#unanswered += 1;
  }

  /** A server has refused an attempt; what becomes of the request is another matter. */
  refusal(exchange: Exchange, reason: string, nowMs: number): void {
    this.#refusalLatency.record(nowMs - exchange.startedMs);
    this.#refusedBy.set(reason, (this.#refusedBy.get(reason) ?? 0) + 1);
  }

  /** It was refused, and its client does not repeat it. */
  refused(exchange: Exchange): void {
    this.#kind(exchange).refused += 1;
    this.#second(exchange).refused += 1;
  }

  failed(exchange: Exchange, code: string): void {
    this.#failedBy.set(code, (this.#failedBy.get(code) ?? 0) + 1);
    this.#kind(exchange).failed += 1;
    this.#second(exchange).failed += 1;
  }

  /** The run ends before it has: as if it had never been due. */
  forget(exchange: Exchange): void {
    this.#kind(exchange).offered -= 1;
    this.#second(exchange).offered -= 1;
  }

  /** Seconds that may have changed since the last call. @param startedMs All requests that were due by then have started. */
  takeSeconds(startedMs: number): readonly SecondState[] {
    const states: SecondState[] = [];
    for (const [index, second] of this.#seconds) {
      states.push({ index, ...second.counts(), latency: second.latency.state() });
      if ((index + 1) * 1000 <= startedMs && second.hasEnded) this.#seconds.delete(index);
    }
    return states;
  }

  state(): TallyState {
    return {
      kinds: [...this.#byName].map(([name, group]) => group.kindState(name)),
      repeats: this.repeats,
      refusalLatency: this.#refusalLatency.state(),
      lag: this.#lag.state(),
      refusedBy: this.#refusedBy,
      failedBy: this.#failedBy,
      waitedForConnection: this.waitedForConnection,
      slowServed: this.slowServed,
      answeredMs: this.#answeredMs,
      unanswered: this.#unanswered,
    };
  }

  #kind({ kind }: Exchange): Group {
    const group = this.#kinds[kind];
    if (group === undefined) throw new RangeError(`no kind ${kind}`);
    return group;
  }

  #second({ dueMs }: Exchange): Group {
    const index = Math.floor(dueMs / 1000);
    let second = this.#seconds.get(index);
    if (second === undefined) this.#seconds.set(index, (second = new Group(SECOND_BITS)));
    return second;
  }
}
