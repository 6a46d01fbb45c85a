// Latency: requests start when they are due, whatever became of those before, and count from when they were due.
import type { Side } from './benchmark.ts';
import { KeepAliveConnection } from './keep-alive-connection.ts';
import { quantile, random } from './statistics.ts';

/** Past this the figures are the generator's, not the server's. */
export const MAX_LAG_P99_MS = 1;

/** Requests still unanswered this long after the last one was due make the run fail. */
const TAIL_MS = 5000;

export interface OpenLoopOptions {
  /** Both sides are measured in one run, in slices of time that alternate, so that the machine's stalls hit both alike. */
  readonly ports: Readonly<Record<Side, number>>;
  readonly bodyBytes: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly sliceMs: number;
  /** To each side. */
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
export async function openLoop(options: OpenLoopOptions): Promise<Readonly<Record<Side, Latency>>> {
  const run = new OpenLoopRun(options);
  try {
    await run.connect();
    return await run.start();
  } finally {
    run.close();
  }
}

class OpenLoopRun {
  readonly #options: OpenLoopOptions;
  readonly #dueMs: Float64Array;
  readonly #sides: Readonly<Record<Side, SideRun>>;
  readonly #finished = Promise.withResolvers<void>();
  #startMs = 0;
  #noticed = 0;

  constructor(options: OpenLoopOptions) {
    this.#options = options;
    const { ratePerSecond, seconds, seed } = options;
    this.#dueMs = arrivals(ratePerSecond, seconds, seed);
    this.#sides = { bare: new SideRun(this.#dueMs.length), respite: new SideRun(this.#dueMs.length) };
    this.#finished.promise.catch(() => {});
  }

  async connect(): Promise<void> {
    const { ports, bodyBytes, connections } = this.#options;
    const failed = (error: Error): void => this.#finished.reject(error);
    for (const side of ['bare', 'respite'] as const) {
      const target = { port: ports[side], bodyBytes };
      const run = this.#sides[side];
      for (let i = 0; i < connections; i += 1) {
        run.idle.push(await KeepAliveConnection.open(target, { answered: run.answered, failed }));
      }
      run.all = [...run.idle];
    }
  }

  async start(): Promise<Readonly<Record<Side, Latency>>> {
    this.#startMs = performance.now();
    setImmediate(this.#turn);
    await this.#finished.promise;
    return { bare: this.#sides.bare.latency(), respite: this.#sides.respite.latency() };
  }

  close(): void {
    for (const { all } of Object.values(this.#sides)) for (const connection of all) connection.close();
  }

  readonly #turn = (): void => {
    const all = this.#dueMs.length;
    const { bare, respite } = this.#sides;
    const elapsedMs = performance.now() - this.#startMs;
    for (; this.#noticed < all && this.#due(this.#noticed) <= elapsedMs; this.#noticed += 1) {
      const dueMs = this.#due(this.#noticed);
      this.#sides[this.#sideAt(dueMs)].due(this.#startMs + dueMs, elapsedMs - dueMs);
    }
    bare.send();
    respite.send();
    if (bare.done + respite.done === all) {
      this.#finished.resolve();
    } else if (elapsedMs > this.#due(all - 1) + TAIL_MS) {
      const missing = all - bare.done - respite.done;
      this.#finished.reject(new Error(`${missing} of ${all} requests are still without an answer`));
    } else {
      setImmediate(this.#turn);
    }
  };

  #due(request: number): number {
    return this.#dueMs[request] ?? Infinity;
  }

  /** A B B A: each side comes first as often as the other. */
  #sideAt(elapsedMs: number): Side {
    const slice = Math.floor(elapsedMs / this.#options.sliceMs) % 4;
    return slice === 0 || slice === 3 ? 'bare' : 'respite';
  }
}

class SideRun {
  all: readonly KeepAliveConnection[] = [];
  /** Those that have waited longest come first, so that all are used alike. */
  readonly idle: KeepAliveConnection[] = [];
  readonly #intendedMs: Float64Array;
  readonly #latenciesMs: Float64Array;
  readonly #lagsMs: Float64Array;
  #noticed = 0;
  #sent = 0;
  done = 0;

  constructor(atMost: number) {
    this.#intendedMs = new Float64Array(atMost);
    this.#latenciesMs = new Float64Array(atMost);
    this.#lagsMs = new Float64Array(atMost);
  }

  due(intendedMs: number, lagMs: number): void {
    this.#intendedMs[this.#noticed] = intendedMs;
    this.#lagsMs[this.#noticed] = lagMs;
    this.#noticed += 1;
  }

  send(): void {
    while (this.#sent < this.#noticed) {
      const connection = this.idle.shift();
      if (connection === undefined) return; // it waits here, and the wait counts
      connection.intendedMs = this.#intendedMs[this.#sent] ?? 0;
      this.#sent += 1;
      connection.send();
    }
  }

  readonly answered = (connection: KeepAliveConnection): void => {
    this.#latenciesMs[this.done] = performance.now() - connection.intendedMs;
    this.done += 1;
    this.idle.push(connection);
  };

  latency(): Latency {
    const latenciesMs = this.#latenciesMs.subarray(0, this.done);
    const lagP99Ms = quantile(this.#lagsMs.subarray(0, this.#noticed), 0.99);
    return {
      requests: this.done,
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      lagP99Ms,
      isVoid: lagP99Ms > MAX_LAG_P99_MS,
    };
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
