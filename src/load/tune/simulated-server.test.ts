// A server of known capacity in virtual time, with the generator and the restarts that a tuning run needs.
import type { LoadCounts, LoadOptions, LoadResult, LoadSecond } from '../contract.ts';
import type { Burst } from './accept-queue.ts';
import type { ConfiguredSettings, ServerFigures, ServerSettings, Target } from './target.ts';

/** Servers in a row: each request goes through all stages, and waits in line before each. */
export interface Stage {
  readonly servers: number;
  readonly meanMs: number;
  /** Exponential service times; otherwise all alike. */
  readonly isRandom: boolean;
}

export interface Scenario {
  readonly stages: readonly Stage[];
  /** In-flight limit that `adaptive` finds. */
  readonly adaptiveLimit: number;
  readonly configuredLimit?: number | 'adaptive';
  /** Requests that wait for the first stage are in flight too; a blocked event loop does not see them. */
  readonly seesWaiting: boolean;
  /** Relative scatter of the speed of the machine between measurements. */
  readonly noise?: number;
  readonly seed: number;
  /** Rate above which the generator is late. */
  readonly generatorLimit?: number;
  readonly spareCores?: number;
}

/** Requests per second that the slowest stage serves. */
export function trueCapacity({ stages }: Scenario): number {
  return Math.min(...stages.map(({ servers, meanMs }) => (servers * 1000) / meanMs));
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32, by Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sum of twelve uniform numbers, less their mean: normal for our purposes. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += random();
  return sum;
}

/** Time that a process takes to start, in ms. */
const START_MS = 500;
/** Time that the event loop takes for one iteration, in ms. */
const TURN_MS = 4;

export class SimulatedServer implements Target {
  readonly configured: ConfiguredSettings;
  readonly spareCores: number;
  nowMs = 0;
  /** Each start, with its settings. */
  readonly starts: ServerSettings[] = [];
  readonly #scenario: Scenario;
  readonly #random: () => number;
  #settings: ServerSettings = {};
  #freeAt: Float64Array[] = [];
  /** When those in flight will have ended, ascending. */
  #ends: number[] = [];
  #requestSeconds = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = seededRandom(scenario.seed);
    this.spareCores = scenario.spareCores ?? 0;
    this.configured = { limit: scenario.configuredLimit ?? 'adaptive', copies: 32, workers: 1 };
  }

  async restart(settings: ServerSettings): Promise<string> {
    this.#settings = settings;
    this.starts.push(settings);
    const workers = settings.workers ?? 1;
    this.#freeAt = this.#scenario.stages.map(({ servers }) => new Float64Array(servers * workers));
    this.#ends = [];
    this.nowMs += START_MS;
    return 'http://127.0.0.1:1';
  }

  async figures(): Promise<ServerFigures> {
    const [first] = this.#scenario.stages;
    return {
      requestSeconds: this.#requestSeconds,
      utilization: first?.servers === 1 ? 0.99 : 0.3,
      replaced: {},
    };
  }

  async pause(ms: number): Promise<void> {
    this.nowMs += ms;
  }

  /** One connection for each copy and turn of 4 ms; what finds the queue full tries again after a second. */
  async burst(connections: number): Promise<Burst> {
    const { copies = 32, backlog = 511 } = this.#settings;
    const timedOut = Math.max(0, connections - backlog - copies);
    const slowestMs = (TURN_MS * connections) / copies + (timedOut > 0 ? 1000 : 0);
    this.nowMs += slowestMs;
    return { connections, timedOut, medianMs: slowestMs / 2, slowestMs };
  }

  readonly load = async ({
    rate = 50,
    durationMs = 10_000,
    deadlineMs = 1000,
  }: LoadOptions): Promise<LoadResult> => {
    if (typeof rate !== 'number') throw new TypeError('the simulation has constant rates only');
    const { noise = 0, generatorLimit = Infinity } = this.#scenario;
    const slowness = 1 + noise * normal(this.#random);
    const tally = new Tally(deadlineMs);
    const startMs = this.nowMs;
    for (let atMs = this.#gap(rate); atMs < durationMs; atMs += this.#gap(rate))
      tally.add(atMs, this.#serve(startMs + atMs, slowness));
    this.nowMs += durationMs;
    const result = tally.result(durationMs);
    return rate > generatorLimit ? { ...result, invalidBecause: 'it was late' } : result;
  };

  #gap(rate: number): number {
    return (-Math.log(1 - this.#random()) * 1000) / rate;
  }

  /** @returns When it has ended, after its arrival; undefined when it was shed. */
  #serve(arrivalMs: number, slowness: number): number | undefined {
    while ((this.#ends[0] ?? Infinity) <= arrivalMs) this.#ends.shift();
    const { stages, adaptiveLimit, configuredLimit, seesWaiting } = this.#scenario;
    const limit = this.#settings.limit ?? configuredLimit ?? 'adaptive';
    if (this.#ends.length >= (limit === 'adaptive' ? adaptiveLimit : limit)) return undefined;
    let atMs = arrivalMs;
    let enteredMs = arrivalMs;
    for (const [i, { meanMs, isRandom }] of stages.entries()) {
      const free = this.#freeAt[i] ?? new Float64Array(1);
      let next = 0;
      for (let j = 1; j < free.length; j += 1) if ((free[j] ?? 0) < (free[next] ?? 0)) next = j;
      const startMs = Math.max(atMs, free[next] ?? 0);
      if (i === 0 && !seesWaiting) enteredMs = startMs;
      atMs = startMs + slowness * meanMs * (isRandom ? -Math.log(1 - this.#random()) : 1);
      free[next] = atMs;
    }
    this.#requestSeconds += (atMs - enteredMs) / 1000;
    let place = this.#ends.length;
    while (place > 0 && (this.#ends[place - 1] ?? 0) > atMs) place -= 1;
    this.#ends.splice(place, 0, atMs);
    return atMs - arrivalMs;
  }
}

class Tally {
  readonly #deadlineMs: number;
  readonly #latencies: number[] = [];
  readonly #seconds = new Map<number, { offered: number; refused: number; latencies: number[] }>();

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  add(atMs: number, tookMs: number | undefined): void {
    const key = Math.floor(atMs / 1000);
    const second = this.#seconds.get(key) ?? { offered: 0, refused: 0, latencies: [] };
    this.#seconds.set(key, second);
    second.offered += 1;
    if (tookMs === undefined) second.refused += 1;
    else {
      second.latencies.push(tookMs);
      this.#latencies.push(tookMs);
    }
  }

  result(durationMs: number): LoadResult {
    const seconds = [...this.#seconds].map(([key, { offered, refused, latencies }]): LoadSecond => {
      const { p50Ms, p99Ms } = figures(latencies);
      const { good, late } = this.#served(latencies);
      return { atMs: key * 1000, offered, good, late, refused, failed: 0, p50Ms, p99Ms };
    });
    const sum = (key: keyof LoadCounts): number => seconds.reduce((total, second) => total + second[key], 0);
    const none = figures([]);
    return {
      seed: 1,
      url: 'http://127.0.0.1:1',
      startedAt: new Date(0).toISOString(),
      deadlineMs: this.#deadlineMs,
      durationMs,
      offered: sum('offered'),
      good: sum('good'),
      late: sum('late'),
      refused: sum('refused'),
      failed: sum('failed'),
      repeats: 0,
      latency: figures(this.#latencies),
      refusalLatency: { ...none, count: sum('refused'), p99Ms: 1 },
      refusedBy: {},
      failedBy: {},
      bytesReceived: 0,
      connectionsOpened: 0,
      waitedForConnection: 0,
      slowReaders: { served: 0, cutOff: 0 },
      lag: none,
      seconds,
      kinds: {},
      histogram: [],
    };
  }

  #served(latencies: readonly number[]): Pick<LoadCounts, 'good' | 'late'> {
    const good = latencies.filter((tookMs) => tookMs <= this.#deadlineMs).length;
    return { good, late: latencies.length - good };
  }
}

function figures(latencies: readonly number[]): LoadResult['latency'] {
  const sorted = Float64Array.from(latencies).toSorted();
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const meanMs = sorted.length === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return {
    count: sorted.length,
    meanMs,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
  };
}
