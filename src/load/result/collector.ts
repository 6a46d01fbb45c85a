// Puts together what the threads report.
import type { LatencyFigures, LoadCounts, LoadResult, LoadSecond, Silence } from '../contract.ts';
import type { SecondState, TallyState } from '../generator/tally.ts';
import type { TransportStats } from '../generator/transport.ts';
import { Histogram, type HistogramState } from './histogram.ts';

interface Part {
  /** By the second's number. */
  readonly seconds: SecondState[];
  elapsedMs: number;
  done: { readonly tally: TallyState; readonly stats: TransportStats } | undefined;
}

/** What the result holds besides the figures. */
export type Frame = Pick<LoadResult, 'url' | 'seed' | 'startedAt' | 'durationMs' | 'deadlineMs'> & {
  readonly maxLagMs: number;
};

export class Collector {
  readonly #parts: readonly Part[];

  constructor(parts: number) {
    this.#parts = Array.from({ length: parts }, () => ({ seconds: [], elapsedMs: 0, done: undefined }));
  }

  addSeconds(part: number, elapsedMs: number, seconds: readonly SecondState[]): void {
    const own = this.#part(part);
    own.elapsedMs = elapsedMs;
    for (const second of seconds) own.seconds[second.index] = second;
  }

  addDone(part: number, tally: TallyState, stats: TransportStats): void {
    this.#part(part).done = { tally, stats };
  }

  /** Full seconds that every thread has reported. */
  get fullSeconds(): number {
    return Math.floor(Math.min(...this.#parts.map(({ elapsedMs }) => elapsedMs)) / 1000);
  }

  second(index: number): LoadSecond {
    const states = this.#parts.map(({ seconds }) => seconds[index]).filter((state) => state !== undefined);
    const { p50Ms, p99Ms } = merged(states.map(({ latency }) => latency)).figures();
    return { atMs: 1000 * index, ...sum(states), p50Ms, p99Ms };
  }

  /** Call it when every thread is done. */
  result({ maxLagMs, ...frame }: Frame): LoadResult {
    const done = this.#parts.map((part) => part.done).filter((each) => each !== undefined);
    const tallies = done.map(({ tally }) => tally);
    const add = (figure: (tally: TallyState) => number): number => total(tallies.map(figure));
    const addStats = (key: keyof TransportStats): number => total(done.map(({ stats }) => stats[key]));
    const all = tallies.flatMap(({ kinds }) => kinds);
    const latency = merged(all.map((kind) => kind.latency));
    const lag = merged(tallies.map((tally) => tally.lag)).figures();
    const invalidBecause = tooLate(lag, maxLagMs);
    const silence = silenceOf(tallies, frame.durationMs);
    return {
      ...frame,
      ...sum(all),
      repeats: add(({ repeats }) => repeats),
      latency: latency.figures(),
      refusalLatency: merged(tallies.map(({ refusalLatency }) => refusalLatency)).figures(),
      refusedBy: sumByName(tallies.map(({ refusedBy }) => refusedBy)),
      failedBy: sumByName(tallies.map(({ failedBy }) => failedBy)),
      bytesReceived: addStats('bytesReceived'),
      connectionsOpened: addStats('connectionsOpened'),
      waitedForConnection: add(({ waitedForConnection }) => waitedForConnection),
      slowReaders: { served: add(({ slowServed }) => slowServed), cutOff: addStats('cutOff') },
      lag,
      ...(invalidBecause === undefined ? {} : { invalidBecause }),
      ...(silence === undefined ? {} : { silence }),
      seconds: Array.from({ length: Math.ceil(frame.durationMs / 1000) }, (_, i) => this.second(i)),
      kinds: Object.fromEntries(
        [...new Set(all.map(({ name }) => name))].map((name) => {
          const own = all.filter((kind) => kind.name === name);
          return [name, { ...sum(own), latency: merged(own.map((kind) => kind.latency)).figures() }];
        }),
      ),
      histogram: latency.buckets(),
    };
  }

  #part(part: number): Part {
    const own = this.#parts[part];
    if (own === undefined) throw new RangeError(`no thread ${part}`);
    return own;
  }
}

/** A late generator measures itself: requests come in bursts, and responses are seen late. */
function tooLate({ p99Ms }: LatencyFigures, maxLagMs: number): string | undefined {
  if (p99Ms <= maxLagMs) return undefined;
  return `the generator was late itself: p99 of its lag is ${p99Ms.toFixed(1)} ms, ${maxLagMs} ms at most are allowed`;
}

/** Minimum time and requests without a response for a target to be silent: gone, blocked, or of another protocol. */
const SILENT_MS = 1000;
const SILENT_REQUESTS = 10;

function silenceOf(tallies: readonly TallyState[], durationMs: number): Silence | undefined {
  const requests = total(tallies.map(({ unanswered }) => unanswered));
  const answeredMs = tallies.map((tally) => tally.answeredMs).filter((ms) => ms !== undefined);
  if (answeredMs.length === 0) return requests === 0 ? undefined : { fromMs: undefined, requests };
  const fromMs = Math.max(...answeredMs);
  const isSilent = requests >= SILENT_REQUESTS && durationMs - fromMs >= SILENT_MS;
  return isSilent ? { fromMs, requests } : undefined;
}

function sum(counts: readonly LoadCounts[]): LoadCounts {
  return {
    offered: total(counts.map(({ offered }) => offered)),
    good: total(counts.map(({ good }) => good)),
    late: total(counts.map(({ late }) => late)),
    refused: total(counts.map(({ refused }) => refused)),
    failed: total(counts.map(({ failed }) => failed)),
  };
}

function sumByName(maps: readonly ReadonlyMap<string, number>[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const map of maps) for (const [name, count] of map) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].toSorted(([, a], [, b]) => b - a));
}

function merged(states: readonly HistogramState[]): Histogram {
  const all = new Histogram(states[0]?.bits);
  for (const state of states) all.add(state);
  return all;
}

function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
