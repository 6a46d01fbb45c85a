// When counters are written to where they outlive this process: before the answers that they count leave it, as long as that costs
// little. docs/design/telemetry.md has the figures.
import { CounterWriter } from '../core/counter-file.ts';
import type { CounterTable } from '../core/counter-table.ts';
import type { ToSupervisor } from './protocol.ts';

/**
 * So many writes a millisecond at the most, on average: at 1.5 µs each they are 0.3 % of a processor. Who answers more requests than
 * that has several of them written at once.
 */
const WRITES_PER_MS = 2;

/** What may be made up for: a burst of answers after a pause. */
const MOST_SAVED_WRITES = 200;

/** How long counters wait when they had to. */
const LATE_MS = 1;

/** Indices of the state. Typed memory, as a number that changes would be allocated each time. */
const SAVED = 0;
const AT_MS = 1;

/** Writes a table's counters when it is time. */
export class WrittenCounters {
  readonly #writer: CounterWriter;
  readonly #late: NodeJS.Timeout;
  readonly #state = new Float64Array([MOST_SAVED_WRITES, 0]);
  readonly #onFailure: (error: unknown) => void;
  #isLate = false;
  #hasFailed = false;

  /** @param onFailure Called once: from then on nothing is written. */
  constructor(table: CounterTable, descriptor: number, onFailure: (error: unknown) => void) {
    this.#writer = new CounterWriter(table, descriptor);
    this.#onFailure = onFailure;
    // One timer for ever: a new one each time would be allocated for requests.
    this.#late = setTimeout(() => {
      if (this.#isLate) this.#state[SAVED] = (this.#state[SAVED] ?? 0) - this.flush();
    }, LATE_MS).unref();
  }

  /** An answer that was counted is about to leave, or has left. @param nowMs From any origin. */
  answered(nowMs: number): void {
    if (this.#hasFailed) return;
    const state = this.#state;
    const saved = (state[SAVED] ?? 0) + (nowMs - (state[AT_MS] ?? 0)) * WRITES_PER_MS;
    state[AT_MS] = nowMs;
    if (saved >= 1) {
      // What is owed for a large one is saved again before the next.
      state[SAVED] = Math.min(saved, MOST_SAVED_WRITES) - this.flush();
      return;
    }
    state[SAVED] = saved;
    if (this.#isLate) return;
    this.#isLate = true;
    this.#late.refresh();
  }

  /** Writes now, whatever it costs. @returns What it has cost, in writes. */
  flush(): number {
    this.#isLate = false;
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
