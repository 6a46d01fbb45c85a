// When counters are written to where they outlive this process: before the answers that they count leave it, as long as that costs
// little. docs/design/telemetry.md has the figures.
import { CounterWriter } from '../core/counter-file.ts';
import type { CounterTable } from '../core/counter-table.ts';
import type { ToSupervisor } from './protocol.ts';

/**
 * Answers a millisecond, on average, of which each is written by itself. On a server that answers more, writes of their own would take
 * a twentieth of its time: 5 to 12 µs each, between two answers.
 */
const WRITES_PER_MS = 2;

/** What may be made up for: a burst of answers after a pause. */
const MOST_SAVED_WRITES = 200;

/** How long counters wait while answers come faster than that, in ms. */
const LATE_MS = 10;

/** Indices of the state. Typed memory, as a number that changes would be allocated each time. */
const SAVED = 0;
const AT_MS = 1;
/** Answers since the last late write. */
const WAITING = 2;

/** Writes a table's counters when it is time. */
export class WrittenCounters {
  readonly #writer: CounterWriter;
  readonly #state = new Float64Array([MOST_SAVED_WRITES, 0, 0]);
  readonly #onFailure: (error: unknown) => void;
  /** Answers come faster than they can be written one by one. */
  #isLate = false;
  #hasFailed = false;

  /** @param onFailure Called once: from then on nothing is written. */
  constructor(table: CounterTable, descriptor: number, onFailure: (error: unknown) => void) {
    this.#writer = new CounterWriter(table, descriptor);
    this.#onFailure = onFailure;
  }

  /** Answers come faster than they can be written one by one: all that was counted is written every 10 ms. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** An answer that was counted is about to leave, or has left. @param nowMs From any origin. */
  answered(nowMs: number): void {
    if (this.#hasFailed) return;
    const state = this.#state;
    if (this.#isLate) {
      state[WAITING] = (state[WAITING] ?? 0) + 1;
      return;
    }
    const saved = (state[SAVED] ?? 0) + (nowMs - (state[AT_MS] ?? 0)) * WRITES_PER_MS;
    state[AT_MS] = nowMs;
    if (saved >= 1) {
      // What is owed for a large one is saved again before the next.
      state[SAVED] = Math.min(saved, MOST_SAVED_WRITES) - this.flush();
      return;
    }
    state[SAVED] = saved;
    state[WAITING] = 1;
    this.#isLate = true;
    this.#writeSoon();
  }

  #writeSoon(): void {
    setTimeout(() => this.#writeLate(), LATE_MS).unref();
  }

  #writeLate(): void {
    const state = this.#state;
    this.#isLate = (state[WAITING] ?? 0) > LATE_MS * WRITES_PER_MS;
    state[WAITING] = 0;
    state[SAVED] = (state[SAVED] ?? 0) - this.flush();
    if (this.#isLate) this.#writeSoon();
  }

  /** Writes now, whatever it costs. @returns What it has cost, in writes. */
  flush(): number {
    if (this.#hasFailed) return 0;
    try {
      return this.#writer.flush();
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(error);
      return 0;
    }
  }
}

/** Also what was counted last, when the user's code ends the process. */
export function writtenTo(
  descriptor: number | undefined,
  counters: CounterTable,
  tell: (message: ToSupervisor) => void,
): WrittenCounters | undefined {
  if (descriptor === undefined) return undefined;
  const written = new WrittenCounters(counters, descriptor, (error) => {
    tell({ kind: 'uncounted', reason: String(error) });
  });
  process.on('exit', () => written.flush());
  return written;
}
