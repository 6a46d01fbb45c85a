import { percent, seconds } from '../../../core/units.ts';
import type { WatchdogReport } from '../../../worker/index.ts';
import { duration } from './figures.ts';
import type { Finding } from './finding.ts';

/** The time that is judged, in ms. */
const WINDOW_MS = 60_000;

/** Minimum share of it that was lost to short blocks. Blocks of 300 ms twice a second take 60 %, of 150 ms every 0.4 s 38 %. */
const SHARE = 0.45;

/** How often the sum is kept, in ms. */
const EVERY_MS = 1000;

interface Point {
  readonly atMs: number;
  readonly lostMs: number;
}

/**
 * Finds an event loop that is blocked often, each time too shortly to be an incident: every request waits, and nothing else shows it.
 * A loop that is busy with many short turns is none. Waiting for a processor is not the loop's fault. Pure.
 */
export class FrequentBlocks {
  readonly #id: number;
  #points: readonly Point[] = [];
  #starvedMs = 0;

  constructor(id: number) {
    this.#id = id;
  }

  judge({ shortBlocksMs, starvedMs, lastRequest }: WatchdogReport, nowMs: number): Finding | undefined {
    this.#starvedMs += starvedMs;
    const last = this.#points.at(-1);
    if (last !== undefined && nowMs - last.atMs < EVERY_MS) return undefined;
    const point = { atMs: nowMs, lostMs: shortBlocksMs - this.#starvedMs };
    // The point before the window is its beginning.
    const begin = this.#points.findLastIndex(({ atMs }) => nowMs - atMs >= WINDOW_MS);
    this.#points = [...this.#points.slice(Math.max(0, begin)), point];
    const first = this.#points[0] ?? point;
    const spanMs = nowMs - first.atMs;
    const lostMs = point.lostMs - first.lostMs;
    if (spanMs < WINDOW_MS || lostMs < SHARE * spanMs) return undefined;
    const summary = `the event loop of worker ${this.#id} is blocked often: short blocks took ${percent(lostMs / spanMs)} of the last ${duration(spanMs)}`;
    return {
      cause: 'event-loop-blocked',
      severity: 'report',
      summary,
      facts: [
        `blocks of 0.1 to 2 s, ${seconds(lostMs)} in all; requests wait through each of them`,
        ...(lastRequest === '' ? [] : [`the last request that was started is ${lastRequest}`]),
        'a CPU profile shows which function it is: POST /capture/cpu-profile on the management port',
      ],
    };
  }
}
