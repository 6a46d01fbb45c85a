import type { WorkerStatus } from '../../workers/status.ts';
import { type Capacity, estimateCapacity } from './estimate.ts';
import { Peak } from './peak.ts';
import type { Window } from './window.ts';
import { Windows } from './windows.ts';

/** How much more an instance could do than it is asked for. */
export interface HeadroomStatus {
  readonly capacity: Capacity;
  /** Requests a second of the busiest minute of the last 24 hours, shed ones too; undefined in the first minute. */
  readonly peakRps: number | undefined;
  /** The capacity over the peak: the instance is full at that many times the peak. Undefined while one of the two is. */
  readonly ratio: number | undefined;
}

const WINDOW_MS = 10_000;
/** The estimate takes some milliseconds of the supervisor's event loop. */
const WINDOWS_PER_ESTIMATE = 6;
/** Half an hour: what requests cost changes with the data and with the version. */
const MAX_WINDOWS = 180;

interface HeadroomConfig {
  /** Cores that the machine or the control group has. */
  readonly cores: number;
  /** The workers that serve now have a limit that is a number; a rolling restart may change it. */
  readonly hasFixedLimit: () => boolean;
}

/** Estimates the headroom of an instance from what its workers count anyway. */
export class Headroom {
  readonly #config: HeadroomConfig;
  readonly #windows = new Windows();
  readonly #peak = new Peak();
  #kept: Window[] = [];
  /** Workers that the windows that are kept began with. */
  #since: ReadonlySet<number> = new Set();
  #nextMs = -Infinity;
  #untilEstimate = WINDOWS_PER_ESTIMATE;
  #capacity: Capacity = { kind: 'unknown', why: 'too-little-traffic', atLeastRps: 0 };

  constructor(config: HeadroomConfig) {
    this.#config = config;
  }

  get status(): HeadroomStatus {
    const capacity = this.#capacity;
    const peakRps = this.#peak.rps;
    const isKnown = capacity.kind === 'known' && peakRps !== undefined && peakRps > 0;
    return { capacity, peakRps, ratio: isKnown ? capacity.rps / peakRps : undefined };
  }

  /** To be called once a second. */
  look(nowMs: number, workers: readonly WorkerStatus[]): void {
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + WINDOW_MS;
    // All of them are new: what the version before cost is of no use.
    if (!workers.some(({ id }) => this.#since.has(id))) {
      this.#since = new Set(workers.map(({ id }) => id));
      this.#kept = [];
    }
    const window = this.#windows.next(nowMs, workers);
    if (window === undefined) return;
    this.#kept = [...this.#kept, window].slice(-MAX_WINDOWS);
    this.#untilEstimate -= 1;
    if (this.#untilEstimate > 0) return;
    this.#untilEstimate = WINDOWS_PER_ESTIMATE;
    const minute = this.#kept.slice(-WINDOWS_PER_ESTIMATE);
    const asked = minute.reduce((sum, { rps, shedRps, workers: count }) => sum + (rps + shedRps) * count, 0);
    this.#peak.add(nowMs, asked / minute.length);
    const serving = workers.filter(({ state }) => state === 'ready').length;
    this.#capacity = estimateCapacity({
      cores: this.#config.cores,
      hasFixedLimit: this.#config.hasFixedLimit(),
      windows: this.#kept,
      workers: Math.max(1, serving),
    });
  }
}
