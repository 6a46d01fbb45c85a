import { RespiteError } from '../../core/errors.ts';
import type { SignalPressure } from '../stats.ts';
import { checkSignal, pressureOf, type PressureSignal } from './signal.ts';

/** Why a signal does not count at the moment. */
export type SignalProblem = 'stale' | 'not-finite' | 'threw';

/** Called once when a signal stops being usable, again only after it has recovered. `cause` is what it threw. */
export type SignalDropped = (signal: string, problem: SignalProblem, cause: unknown) => void;

/** A signal as last sampled, for metrics. */
export type SignalLevel =
  | {
      readonly signal: string;
      readonly state: 'live';
      readonly value: number;
      readonly pressure: number;
    }
  | { readonly signal: string; readonly state: 'dropped'; readonly problem: SignalProblem };

interface Watched {
  readonly signal: PressureSignal;
  /** A check of admission sheds by what this signal measures, so its pressure has an answer already. */
  readonly hasCheck: boolean;
  /** Undefined until the first sample. */
  level: SignalLevel | undefined;
}

/** Long enough for values that are delivered once a second, short enough that a dead source does not shed for long. */
const STALE_AFTER_MS = 5000;

/**
 * How hard this process is pressed, by the signal that is pressed hardest. A signal that cannot be trusted is left out
 * rather than believed: a broken sensor must neither shed traffic nor hide what the others see.
 */
export class Pressure {
  readonly #watched = new Map<string, Watched>();
  readonly #onDropped: SignalDropped;
  #overall = 0;
  #withoutCheck = 0;

  constructor(onDropped: SignalDropped = warnDropped) {
    this.#onDropped = onDropped;
  }

  /** The largest pressure of the live signals at the last sample, 0 to 1. */
  get overall(): number {
    return this.#overall;
  }

  /** The same, of the signals that no check answers. */
  get withoutCheck(): number {
    return this.#withoutCheck;
  }

  /**
   * Watches a signal from the next sample on. Throws `RESPITE_OPTIONS_INVALID` for a name that is malformed or taken and
   * for thresholds that make no range.
   *
   * @param hasCheck A check sheds by what this signal measures.
   * @returns Stops watching it.
   */
  register(signal: PressureSignal, hasCheck: boolean = false): () => void {
    checkSignal(signal);
    const { name } = signal;
    if (this.#watched.has(name)) {
      throw new RespiteError(
        'RESPITE_OPTIONS_INVALID',
        `pressure signal ${JSON.stringify(name)} is registered already`,
      );
    }
    const watched: Watched = { signal, hasCheck, level: undefined };
    this.#watched.set(name, watched);
    return () => {
      if (this.#watched.get(name) !== watched) return;
      this.#watched.delete(name);
      this.#summarize();
    };
  }

  /** Reads every signal. To be called at a steady interval, by default every 100 ms. */
  sample(nowMs: number): void {
    for (const watched of this.#watched.values()) this.#sampleOne(watched, nowMs);
    this.#summarize();
  }

  /** What the live signals say, in the order of registration. */
  readings(): SignalPressure[] {
    return this.levels().flatMap((level) => {
      if (level.state !== 'live') return [];
      const { signal, value, pressure } = level;
      return [{ signal, value, pressure }];
    });
  }

  /** Every signal that has been sampled, in the order of registration. */
  levels(): SignalLevel[] {
    return [...this.#watched.values()].flatMap(({ level }) => level ?? []);
  }

  #sampleOne(watched: Watched, nowMs: number): void {
    const { signal } = watched;
    let value: number;
    try {
      value = signal.read(nowMs);
      const ageMs = signal.updatedAtMs === undefined ? 0 : nowMs - signal.updatedAtMs();
      if (!Number.isFinite(value)) return this.#drop(watched, 'not-finite', undefined);
      // Written so that an age that is not a number is stale too.
      if (!(ageMs < (signal.staleAfterMs ?? STALE_AFTER_MS))) return this.#drop(watched, 'stale', undefined);
    } catch (cause) {
      return this.#drop(watched, 'threw', cause);
    }
    watched.level = {
      signal: signal.name,
      state: 'live',
      value,
      pressure: pressureOf(value, signal),
    };
  }

  #drop(watched: Watched, problem: SignalProblem, cause: unknown): void {
    const isNews = watched.level?.state !== 'dropped';
    watched.level = { signal: watched.signal.name, state: 'dropped', problem };
    if (isNews) this.#onDropped(watched.signal.name, problem, cause);
  }

  #summarize(): void {
    this.#overall = 0;
    this.#withoutCheck = 0;
    for (const { level, hasCheck } of this.#watched.values()) {
      if (level?.state !== 'live') continue;
      this.#overall = Math.max(this.#overall, level.pressure);
      if (!hasCheck) this.#withoutCheck = Math.max(this.#withoutCheck, level.pressure);
    }
  }
}

function warnDropped(signal: string, problem: SignalProblem, cause: unknown): void {
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  process.emitWarning(`The pressure signal ${signal} is left out until it recovers: ${problem}${because}.`, {
    code: 'RESPITE_SIGNAL_DROPPED',
  });
}
