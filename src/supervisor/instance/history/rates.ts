import type { WorkerSample } from '../../../worker/index.ts';
import { readCounters } from './counters.ts';

/** A worker that has said nothing for longer than this does nothing, as far as we know. */
const STALE_MS = 2500;

/** The first sample of a worker tells of the second before it. */
const FIRST_SECONDS = 1;

/** The rates of one worker's counters, a second, from its last two samples. */
export class Rates {
  #sample: WorkerSample | undefined;
  #atMs = Number.NaN;
  #counters: Float64Array | undefined;
  #perSecond = new Float64Array(0);

  /**
   * Workers report once a second and so does the history, but not at the same time: rates go from sample to sample, or two
   * samples between two readings would look like a peak, and none like a gap.
   *
   * @param sampledAtMs When the sample came.
   * @returns By the places of `readCounters`; empty while nothing is known. It is not to be changed.
   */
  read(sample: WorkerSample | undefined, sampledAtMs: number, nowMs: number): Float64Array {
    if (sample !== undefined && sample !== this.#sample) this.#take(sample, sampledAtMs);
    return nowMs - this.#atMs <= STALE_MS ? this.#perSecond : new Float64Array(0);
  }

  #take(sample: WorkerSample, atMs: number): void {
    const counters = readCounters(sample);
    const before = this.#counters;
    const seconds = before === undefined ? FIRST_SECONDS : Math.max(0.1, (atMs - this.#atMs) / 1000);
    this.#perSecond = counters.map((count, i) => Math.max(0, count - (before?.[i] ?? 0)) / seconds);
    this.#counters = counters;
    this.#sample = sample;
    this.#atMs = atMs;
  }
}
