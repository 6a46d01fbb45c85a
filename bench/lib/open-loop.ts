// Latency: requests start when they are due, whatever became of those before, and count from when they were due.
import { KeepAliveConnection, type Target } from './keep-alive-connection.ts';
import { quantile, random } from './statistics.ts';

/** Past this the figures are the generator's, not the server's. */
export const MAX_LAG_P99_MS = 1;

/** Requests still unanswered this long after the last one was due make the run fail. */
const TAIL_MS = 5000;

export interface OpenLoopOptions extends Target {
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** The same seed, the same arrivals. */
  readonly seed: number;
}

export interface Latency {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late the generator noticed that a request was due. */
  readonly lagP99Ms: number;
  readonly isVoid: boolean;
}

/**
 * Arrivals are random (exponential gaps), as those of independent users are. The generator looks at the clock in every
 * turn of its event loop and never sleeps, because Node.js sleeps for whole milliseconds; it needs a core of its own.
 */
export async function openLoop(options: OpenLoopOptions): Promise<Latency> {
  const { connections, ...target } = options;
  const run = new OpenLoopRun(options);
  const open = await Promise.all(
    Array.from({ length: connections }, () => KeepAliveConnection.open(target, run)),
  );
  try {
    return await run.start(open);
  } finally {
    for (const connection of open) connection.close();
  }
}

class OpenLoopRun {
  readonly #dueMs: Float64Array;
  readonly #latenciesMs: Float64Array;
  readonly #lagsMs: Float64Array;
  readonly #finished = Promise.withResolvers<void>();
  /** Those that have waited longest come first, so that all are used alike. */
  #idle: KeepAliveConnection[] = [];
  #startMs = 0;
  #noticed = 0;
  #sent = 0;
  #done = 0;

  constructor({ ratePerSecond, seconds, seed }: OpenLoopOptions) {
    this.#dueMs = arrivals(ratePerSecond, seconds, seed);
    this.#latenciesMs = new Float64Array(this.#dueMs.length);
    this.#lagsMs = new Float64Array(this.#dueMs.length);
    this.#finished.promise.catch(() => {});
  }

  readonly answered = (connection: KeepAliveConnection): void => {
    this.#latenciesMs[this.#done] = performance.now() - connection.intendedMs;
    this.#done += 1;
    this.#idle.push(connection);
    if (this.#done === this.#dueMs.length) this.#finished.resolve();
  };

  readonly failed = (error: Error): void => {
    this.#finished.reject(error);
  };

  async start(connections: readonly KeepAliveConnection[]): Promise<Latency> {
    this.#idle = [...connections];
    this.#startMs = performance.now();
    setImmediate(this.#turn);
    await this.#finished.promise;
    const lagP99Ms = quantile(this.#lagsMs, 0.99);
    return {
      requests: this.#done,
      p50Ms: quantile(this.#latenciesMs, 0.5),
      p99Ms: quantile(this.#latenciesMs, 0.99),
      lagP99Ms,
      isVoid: lagP99Ms > MAX_LAG_P99_MS,
    };
  }

  readonly #turn = (): void => {
    const all = this.#dueMs.length;
    const elapsedMs = performance.now() - this.#startMs;
    for (; this.#noticed < all && this.#due(this.#noticed) <= elapsedMs; this.#noticed += 1) {
      this.#lagsMs[this.#noticed] = elapsedMs - this.#due(this.#noticed);
    }
    while (this.#sent < this.#noticed) {
      const connection = this.#idle.shift();
      if (connection === undefined) break; // it waits here, and the wait counts
      connection.intendedMs = this.#startMs + this.#due(this.#sent);
      this.#sent += 1;
      connection.send();
    }
    if (this.#done === all) return;
    if (elapsedMs > this.#due(all - 1) + TAIL_MS) {
      this.failed(new Error(`${all - this.#done} of ${all} requests are still without an answer`));
    } else {
      setImmediate(this.#turn);
    }
  };

  #due(request: number): number {
    return this.#dueMs[request] ?? Infinity;
  }
}

function arrivals(ratePerSecond: number, seconds: number, seed: number): Float64Array {
  const next = random(seed);
  const due = new Float64Array(Math.ceil(ratePerSecond * seconds));
  let atMs = 0;
  for (let i = 0; i < due.length; i += 1) {
    atMs -= (Math.log(1 - next()) * 1000) / ratePerSecond;
    due[i] = atMs;
  }
  return due;
}
