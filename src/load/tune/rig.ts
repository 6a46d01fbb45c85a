// The server under test and the load generator, as one instrument: what experiments measure with.
import type { LoadOptions, LoadResult } from '../contract.ts';
import type { Budget } from './budget.ts';
import { type Probe, type Reading, readingOf } from './reading.ts';
import type { ServerSettings, Target } from './target.ts';
import type { TuneOptions } from './tune.ts';

/** Rate of the first requests, per second: they compile the server's code, and show its latency without a queue. */
const IDLE_PER_SECOND = 20;
/** Connections that an overloaded server may have open. */
const CONNECTIONS = 512;
/** A client gives up after this multiple of the deadline, so that nothing of an experiment is left in the next one. */
const PATIENCE = 2;
/** Responses that have a median. */
const ENOUGH = 4;
/** Lag of the generator that goodput within the deadline does not notice, as a share of the deadline. */
const LAG_SHARE = 0.05;
/** Pause after a measurement at the least, in ms; and at the most, for a server that has a long queue left to serve. */
const SETTLE_MS = 250;
const MAX_SETTLE_MS = 5000;
/** Measurements that are invalid because the generator was late are repeated this often. */
const REPEATS_WHEN_INVALID = 1;

export interface RigOptions extends TuneOptions {
  readonly deadlineMs: number;
  readonly budget: Budget;
}

/** The server has ended under load: later figures would be those of another process. */
export class ServerLostError extends Error {}

export class Rig {
  readonly budget: Budget;
  readonly target: Target;
  readonly deadlineMs: number;
  /** How long the last start took. */
  startMs = 0;
  readonly #options: RigOptions;
  #url = '';
  #seed = 0;
  #idleMs = Infinity;
  #lastResult: LoadResult | undefined;

  constructor(options: RigOptions) {
    this.#options = options;
    this.budget = options.budget;
    this.target = options.target;
    this.deadlineMs = options.deadlineMs;
  }

  /** Median latency of the server with little to do: the least that was found. */
  get idleMs(): number {
    return Number.isFinite(this.#idleMs) ? this.#idleMs : 0;
  }

  /** What became of the last requests, where none was answered any more; undefined when the server answers. */
  get silentBecause(): string | undefined {
    const { silence, failedBy = {} } = this.#lastResult ?? {};
    return silence && namesOf(failedBy);
  }

  say(text: string): void {
    this.#options.onProgress?.(text);
  }

  async restart(settings: ServerSettings): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const { leftMs } = this.budget;
    this.#url = new URL(this.#options.path ?? '/', await this.target.restart(settings)).href;
    this.startMs = leftMs - this.budget.leftMs;
  }

  /** The server's first requests: afterwards it is warm, and its latency without a queue is known. */
  async warmUp(): Promise<void> {
    await this.send(IDLE_PER_SECOND, this.budget.probeMs);
  }

  readonly probe: Probe = async (ratePerSecond: number, durationMs: number): Promise<Reading> => {
    for (let tries = 0; ; tries += 1) {
      const reading = readingOf(await this.send(ratePerSecond, durationMs), this.idleMs);
      await this.settle(reading.lastWaitMs);
      if (reading.invalidBecause === undefined || tries === REPEATS_WHEN_INVALID) return reading;
    }
  };

  /** @param queueMs How long the server needs for what is left in its queues. */
  async settle(queueMs: number = 0): Promise<void> {
    const leastMs = Math.min(SETTLE_MS, this.budget.probeMs / 4);
    await this.target.pause(Math.min(MAX_SETTLE_MS, Math.max(leastMs, queueMs)));
  }

  async send(
    ratePerSecond: number,
    durationMs: number,
    connections: number = CONNECTIONS,
  ): Promise<LoadResult> {
    const { load, mix, signal } = this.#options;
    signal?.throwIfAborted();
    this.#seed += 1;
    const options: LoadOptions = {
      url: this.#url,
      rate: ratePerSecond,
      durationMs: Math.round(durationMs),
      connections,
      deadlineMs: this.deadlineMs,
      timeoutMs: PATIENCE * this.deadlineMs,
      maxLagMs: Math.max(1, LAG_SHARE * this.deadlineMs),
      seed: this.#seed,
      // Certificates are of no interest here, and a test server's is its own.
      insecure: true,
      mix,
      signal,
    };
    const result = await load(options);
    signal?.throwIfAborted();
    this.#lastResult = result;
    const { replaced } = await this.target.figures();
    if (Object.keys(replaced).length > 0)
      throw new ServerLostError(
        `workers of the server ended under ${Math.round(ratePerSecond)} requests/s and were replaced: ${namesOf(replaced)}`,
      );
    // A server that has just started is slower than it will be.
    if (result.latency.count >= ENOUGH) this.#idleMs = Math.min(this.#idleMs, result.latency.p50Ms);
    return result;
  }
}

/** `404 12, TIMEOUT 3`. */
export function namesOf(failedBy: Readonly<Record<string, number>>): string {
  return Object.entries(failedBy)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}
