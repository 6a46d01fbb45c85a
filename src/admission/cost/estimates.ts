// What requests cost, learned from the CPU time of the process: nothing in Node.js says which request used it, since callbacks,
// threads of the pool and the garbage collector work for all. docs/design/request-cost.md has the reasoning.
import { BACKGROUND, MAX_KEYS } from './keys.ts';

/** How fast what was learned is forgotten while requests of the key are in flight, in ms. */
const MEMORY_MS = 20_000;

/** A longer time without a sample counts as this much for forgetting, in ms. */
const MAX_STEP_MS = 1000;

/** Where the system does not tell how long threads wait for a processor: the share of the cores in use from which they do. */
const CONTENDED = 0.85;

/** In-flight time from which on it is known how much of a core a request uses, in ms. */
const KNOWN_MS = 50;

/** Of a core: what requests are taken to use at first, and what the process is taken to use without requests. */
const PRIOR_CORES = 0.5;
const PRIOR_BACKGROUND_CORES = 0.01;
/** How much in-flight time the first guess is worth, in ms. */
const PRIOR_MS = 5;

/** What was used while fewer requests than this began may as well have been the background's: divided by at least this number. */
const MIN_BEGUN = 4;

/** Time constant of the smoothing of what each key uses of the processor now, in ms. */
const NOW_MS = 1000;

/**
 * Shares the CPU time of each interval out among the requests that were in flight, by what was learned of their keys so far; what
 * each key was given is what is learned of it next (expectation-maximization for a sum of non-negative parts, as in
 * Richardson-Lucy deconvolution). Every millisecond that was used is given to exactly one key.
 */
export class CostEstimates {
  readonly #cores: number;
  /** Requests in flight, the sum of when they arrived, and in-flight time of those that have ended. */
  readonly #inFlight = new Float64Array(MAX_KEYS);
  readonly #arrivals = new Float64Array(MAX_KEYS);
  readonly #ended = new Float64Array(MAX_KEYS);
  /** In-flight time at the last sample, and since. */
  readonly #before = new Float64Array(MAX_KEYS);
  readonly #exposed = new Float64Array(MAX_KEYS);
  /** Remembered: CPU time, in-flight time, and requests begun. */
  readonly #cpuMs = new Float64Array(MAX_KEYS).fill(PRIOR_CORES * PRIOR_MS);
  readonly #exposedMs = new Float64Array(MAX_KEYS).fill(PRIOR_MS);
  readonly #begun = new Float64Array(MAX_KEYS);
  /** The same as they would be if threads never waited for a processor. */
  readonly #freeCpuMs = new Float64Array(MAX_KEYS);
  readonly #freeExposedMs = new Float64Array(MAX_KEYS);
  /** What each key uses now, in cores. */
  readonly #nowCores = new Float64Array(MAX_KEYS);
  /** Since the start, never forgotten. */
  readonly totalCpuMs: Float64Array = new Float64Array(MAX_KEYS);
  readonly totalBegun: Float64Array = new Float64Array(MAX_KEYS);
  #sampledMs: number;
  #sampledCpuMs: number;

  /** @param cores What this process can use. @param cpuMs CPU time of the process so far. */
  constructor(cores: number, nowMs: number, cpuMs: number) {
    this.#cores = cores;
    this.#cpuMs[BACKGROUND] = PRIOR_BACKGROUND_CORES * PRIOR_MS;
    this.#sampledMs = nowMs;
    this.#sampledCpuMs = cpuMs;
  }

  /** A request of this key was let in. For every request: it must cost nothing. */
  began(key: number, arrivedMs: number): void {
    this.#inFlight[key] = (this.#inFlight[key] ?? 0) + 1;
    this.#arrivals[key] = (this.#arrivals[key] ?? 0) + arrivedMs;
    this.#begun[key] = (this.#begun[key] ?? 0) + 1;
    this.totalBegun[key] = (this.totalBegun[key] ?? 0) + 1;
  }

  /** It has ended. */
  ended(key: number, arrivedMs: number, nowMs: number): void {
    this.#inFlight[key] = (this.#inFlight[key] ?? 0) - 1;
    this.#arrivals[key] = (this.#arrivals[key] ?? 0) - arrivedMs;
    this.#ended[key] = (this.#ended[key] ?? 0) + nowMs - arrivedMs;
  }

  /** It turned out to be of another key. */
  withdrawn(key: number, arrivedMs: number): void {
    this.#inFlight[key] = (this.#inFlight[key] ?? 0) - 1;
    this.#arrivals[key] = (this.#arrivals[key] ?? 0) - arrivedMs;
    this.#begun[key] = Math.max(0, (this.#begun[key] ?? 0) - 1);
  }

  /** CPU time of one request, in ms. Too little while the first ones are still in flight. */
  cpuMsOf(key: number): number {
    return (this.#cpuMs[key] ?? 0) / Math.max(MIN_BEGUN, this.#begun[key] ?? 0);
  }

  /** Cores that one request uses when it need not wait for the processor, 0 to 1; 1 while that is not known. */
  coresOf(key: number): number {
    const exposedMs = this.#freeExposedMs[key] ?? 0;
    return exposedMs < KNOWN_MS ? 1 : Math.min(1, (this.#freeCpuMs[key] ?? 0) / exposedMs);
  }

  /** Cores that all requests of this key use at the moment. */
  nowCoresOf(key: number): number {
    return this.#nowCores[key] ?? 0;
  }

  /**
   * To be called several times a second.
   *
   * @param keys How many keys there are.
   * @param cpuMs CPU time of the process so far.
   * @param stretch How much longer threads take because they wait for a processor, from 1; undefined where that is not known.
   */
  sample(keys: number, nowMs: number, cpuMs: number, stretch?: number): void {
    const elapsedMs = nowMs - this.#sampledMs;
    const usedMs = Math.max(0, cpuMs - this.#sampledCpuMs);
    if (!(elapsedMs > 0)) return;
    this.#sampledMs = nowMs;
    this.#sampledCpuMs = cpuMs;
    const expectedMs = this.#expose(keys, nowMs, elapsedMs);
    const kept = Math.exp(-Math.min(MAX_STEP_MS, elapsedMs) / MEMORY_MS);
    const isFree = usedMs < CONTENDED * this.#cores * elapsedMs;
    const freeStretch = stretch ?? (isFree ? 1 : 0);
    const weight = 1 - Math.exp(-elapsedMs / NOW_MS);
    for (let key = 0; key < keys; key += 1) {
      const exposedMs = this.#exposed[key] ?? 0;
      const givenMs = exposedMs > 0 ? (usedMs * exposedMs * this.#rate(key)) / expectedMs : 0;
      this.#nowCores[key] =
        (this.#nowCores[key] ?? 0) + weight * (givenMs / elapsedMs - (this.#nowCores[key] ?? 0));
      if (exposedMs > 0) this.#learn(key, givenMs, exposedMs, kept, freeStretch);
    }
  }

  /** In-flight time of each key since the last sample. Returns the CPU time that it was expected to take. */
  #expose(keys: number, nowMs: number, elapsedMs: number): number {
    let expectedMs = 0;
    for (let key = 0; key < keys; key += 1) {
      const inFlight = this.#inFlight[key] ?? 0;
      const soFar = (this.#ended[key] ?? 0) + inFlight * nowMs - (this.#arrivals[key] ?? 0);
      // What is in flight for less than the clock can tell was there all the same.
      const exposed = key === BACKGROUND ? elapsedMs : Math.max(0, soFar - (this.#before[key] ?? 0));
      this.#before[key] = soFar;
      this.#exposed[key] = exposed;
      expectedMs += exposed * this.#rate(key);
    }
    return expectedMs;
  }

  /** @param freeStretch Times the CPU time, this is what would have been used without waiting; 0 when it is not known. */
  #learn(key: number, givenMs: number, exposedMs: number, kept: number, freeStretch: number): void {
    this.totalCpuMs[key] = (this.totalCpuMs[key] ?? 0) + givenMs;
    this.#cpuMs[key] = kept * (this.#cpuMs[key] ?? 0) + givenMs;
    this.#exposedMs[key] = kept * (this.#exposedMs[key] ?? 0) + exposedMs;
    this.#begun[key] = kept * (this.#begun[key] ?? 0);
    if (freeStretch === 0) return;
    this.#freeCpuMs[key] = kept * (this.#freeCpuMs[key] ?? 0) + givenMs * freeStretch;
    this.#freeExposedMs[key] = kept * (this.#freeExposedMs[key] ?? 0) + exposedMs;
  }

  /** Cores that one request of the key uses while it is in flight, whether it has to wait for the processor or not. */
  #rate(key: number): number {
    // Never 0: a key that was given nothing could never be given anything again.
    return Math.max(1e-6, (this.#cpuMs[key] ?? 0) / Math.max(1e-6, this.#exposedMs[key] ?? 0));
  }
}
