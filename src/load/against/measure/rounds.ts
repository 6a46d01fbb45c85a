// The course of a comparison: rounds, each with fresh processes of both versions, as many as there is time for.
import type { Pair } from '../verdict/figures.ts';
import { pairOf, type Slice } from './slices.ts';

/** Both versions, ready for requests. */
export interface Opened {
  /** Processes that were started for this round, so that what they do is independent of other rounds. */
  readonly isFresh: boolean;
  /** Load on both, so that V8 compiles what is hot. */
  warmUp(): Promise<void>;
  /** Load on both at once. The same seeds, the same arrivals. */
  slice(seeds: Seeds): Promise<Slice>;
  close(): Promise<void>;
}

export interface Seeds {
  readonly baseline: number;
  readonly candidate: number;
}

export interface RoundsOptions {
  readonly open: () => Promise<Opened>;
  readonly durationMs: number;
  readonly nowMs: () => number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onPair: (measured: Measured) => void;
}

export interface Measured {
  readonly pairs: readonly Pair[];
  readonly slices: readonly Slice[];
}

/**
 * How much slices of the same two processes differ, over how much processes of the same code do: variances of the CPU time of a
 * request for a hello world, slices of 2 s (docs/design/comparing-versions.md). Decides when fresh processes are worth their start.
 */
const WITHIN_TO_BETWEEN = 0.5;

/** Runs rounds until there is no time for another. Ends early when `signal` aborts, with what there is. */
export async function runRounds(options: RoundsOptions): Promise<Measured> {
  const { open, durationMs, nowMs, signal, onPair } = options;
  const pairs: Pair[] = [];
  const slices: Slice[] = [];
  const take = (own: readonly Slice[]): void => {
    slices.push(...own);
    pairs.push(pairOf(own));
    onPair({ pairs, slices });
  };
  const seeds = swappedSeeds(options.seed);
  const endMs = nowMs() + durationMs;
  const hasTimeFor = (ms: number): boolean => !signal.aborted && nowMs() + ms <= endMs;

  let roundMs = 0;
  do {
    const beganMs = nowMs();
    const opened = await open();
    try {
      await opened.warmUp();
      const startMs = nowMs() - beganMs;
      const own: Slice[] = [];
      let sliceMs = 0;
      // Two-stage sampling: Cochran, Sampling Techniques, section 10.6.
      const isEnough = (): boolean =>
        own.length >= Math.max(1, Math.round(Math.sqrt((startMs / sliceMs) * WITHIN_TO_BETWEEN)));
      while (opened.isFresh ? !signal.aborted && !isEnough() : hasTimeFor(sliceMs)) {
        const sliceBeganMs = nowMs();
        const slice = await opened.slice(seeds());
        if (signal.aborted) break; // It is shorter than the others.
        sliceMs = nowMs() - sliceBeganMs;
        if (opened.isFresh) own.push(slice);
        else take([slice]);
      }
      if (own.length > 0) take(own);
      if (!opened.isFresh) break;
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await opened.close();
    }
    roundMs = nowMs() - beganMs;
  } while (hasTimeFor(roundMs));
  return { pairs, slices };
}

/** Each version gets the arrivals that the other one had before: A B, B A. */
function swappedSeeds(first: number): () => Seeds {
  let count = 0;
  return () => {
    const even = (first + count - (count % 2)) >>> 0;
    const odd = (even + 1) >>> 0;
    count += 1;
    return count % 2 === 1 ? { baseline: even, candidate: odd } : { baseline: odd, candidate: even };
  };
}
