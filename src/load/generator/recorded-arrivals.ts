// Requests at the times of a recording: exactly these, so that rate, mix and burstiness are those that were recorded.
import { type Arrivals, Clients, type Manner } from './arrivals.ts';
import { durationOf, type Plan, type PlannedArrivals, type PlannedPath } from './plan.ts';
import { random } from './random.ts';

const VALUE_STREAM = 0x1b87_3593;

type RecordedPlan = Pick<Plan, 'segments' | 'kinds' | 'seed' | 'slowShare' | 'obeyShare' | 'ignoreShare'>;

/** Threads go through the whole recording and keep each their own part, so that the number of threads changes nothing. */
export class RecordedArrivals implements Arrivals {
  dueMs = 0;
  kind = 0;
  manner: Manner = 'gives up';
  isSlow = false;
  path: string | undefined = undefined;
  bodyBytes = 0;
  readonly #plan: RecordedPlan;
  readonly #recorded: PlannedArrivals;
  readonly #part: number;
  readonly #parts: number;
  readonly #values: () => number;
  readonly #clients: Clients;
  readonly #endMs: number;
  #index = -1;

  constructor(plan: RecordedPlan, recorded: PlannedArrivals, part: number = 0, parts: number = 1) {
    this.#plan = plan;
    this.#recorded = recorded;
    this.#part = part;
    this.#parts = parts;
    this.#values = random(plan.seed ^ VALUE_STREAM);
    this.#clients = new Clients(plan);
    this.#endMs = recorded.atMs.length === 0 ? 0 : durationOf(plan);
    this.advance();
  }

  advance(): void {
    const { atMs, kinds, bodyBytes, periodMs } = this.#recorded;
    do {
      this.#index += 1;
      const round = Math.floor(this.#index / atMs.length);
      const at = this.#index - round * atMs.length;
      this.dueMs = round * periodMs + (atMs[at] ?? Infinity);
      // What is due at the very end of the recording belongs to it.
      if (!(this.dueMs < this.#endMs || (round === 0 && this.dueMs === this.#endMs))) {
        this.end();
        return;
      }
      this.kind = kinds[at] ?? 0;
      this.bodyBytes = Math.max(0, bodyBytes[at] ?? 0);
      const path = this.#plan.kinds[this.kind]?.variable;
      this.path = path === undefined ? undefined : this.#fill(path);
      this.manner = this.#clients.nextManner();
      this.isSlow = this.#clients.nextIsSlow();
    } while (this.#index % this.#parts !== this.#part);
  }

  end(): void {
    this.#index = Infinity;
    this.dueMs = Infinity;
  }

  #fill(path: PlannedPath): string {
    let filled = '';
    for (const part of path) {
      if (typeof part === 'string') filled += part;
      else if ('from' in part)
        filled += String(part.from + Math.floor(this.#values() * (part.to - part.from + 1)));
      else filled += part[Math.floor(this.#values() * part.length)] ?? '';
    }
    return filled;
  }
}
