import type { Reading } from './figures.ts';

/** Time over which rates are taken: long enough for a worker's sample a second, short enough to be now. */
const WINDOW_MS = 5000;

/** The readings of the last seconds, of one instance. */
export class History {
  #readings: readonly Reading[] = [];

  add(reading: Reading): void {
    const first = this.#readings[0];
    // Another `respite run` counts from 0 again.
    const same = first?.status.startedAtMs === reading.status.startedAtMs ? this.#readings : [];
    const since = reading.atMs - WINDOW_MS;
    // The last one from before the window is where it begins.
    const begin = same.findLastIndex(({ atMs }) => atMs <= since);
    this.#readings = [...same.slice(Math.max(0, begin)), reading];
  }

  /** What to compare the latest reading with; undefined when it is the only one. */
  get before(): Reading | undefined {
    return this.#readings.length < 2 ? undefined : this.#readings[0];
  }
}
