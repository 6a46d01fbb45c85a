// When requests are due, of which kind they are and what clients send them: drawn from the seed alone.
import type { Plan, Segment } from './plan.ts';
import { type Arrivals, Clients, type Manner } from './arrivals.ts';
import { random } from './random.ts';

/** What of a plan the schedule follows from. */
type SchedulePlan = Pick<Plan, 'segments' | 'kinds' | 'seed' | 'slowShare' | 'obeyShare' | 'ignoreShare'>;

/** Apart from each other, so that another mix or another share of clients leaves the arrivals as they are. */
const KIND_STREAM = 0x9e37_79b9;

/**
 * Arrivals of a Poisson process, as those of independent users are: gaps are exponential. A changing rate stretches a process of rate 1
 * (time change). Threads draw the whole schedule and keep each their own part, so that the number of threads changes nothing.
 */
export class Schedule implements Arrivals {
  /** Of the request that is due next; Infinity when there is none. From the start of the run. */
  dueMs = 0;
  kind = 0;
  manner: Manner = 'gives up';
  isSlow = false;
  readonly path: undefined = undefined;
  readonly bodyBytes = 0;
  readonly #plan: SchedulePlan;
  readonly #part: number;
  readonly #parts: number;
  readonly #gaps: () => number;
  readonly #kinds: () => number;
  readonly #clients: Clients;
  readonly #weights: number;
  #index = -1;
  /** Where the process of rate 1 has arrived, counted from the beginning of the segment. */
  #mass = 0;
  #segment = 0;
  #segmentStartMs = 0;

  constructor(plan: SchedulePlan, part: number = 0, parts: number = 1) {
    this.#plan = plan;
    this.#part = part;
    this.#parts = parts;
    const { seed, kinds } = plan;
    this.#gaps = random(seed);
    this.#kinds = random(seed ^ KIND_STREAM);
    this.#clients = new Clients(plan);
    this.#weights = kinds.reduce((sum, { weight }) => sum + weight, 0);
    this.advance();
  }

  /** Goes on to the next request. */
  advance(): void {
    do {
      this.dueMs = this.#nextArrival();
      if (this.dueMs === Infinity) return;
      this.#index += 1;
      this.kind = this.#nextKind();
      this.manner = this.#clients.nextManner();
      this.isSlow = this.#clients.nextIsSlow();
    } while (this.#index % this.#parts !== this.#part);
  }

  /** Nothing more is due. */
  end(): void {
    this.#segment = this.#plan.segments.length;
    this.dueMs = Infinity;
  }

  #nextArrival(): number {
    this.#mass -= Math.log(1 - this.#gaps());
    for (;;) {
      const segment = this.#plan.segments[this.#segment];
      if (segment === undefined) return Infinity;
      const whole = massOf(segment);
      if (this.#mass < whole) return this.#segmentStartMs + timeOf(segment, this.#mass);
      this.#mass -= whole;
      this.#segmentStartMs += segment.durationMs;
      this.#segment += 1;
    }
  }

  #nextKind(): number {
    const { kinds } = this.#plan;
    if (kinds.length === 1) return 0;
    let left = this.#kinds() * this.#weights;
    for (let kind = 0; kind < kinds.length - 1; kind += 1) {
      left -= kinds[kind]?.weight ?? 0;
      if (left < 0) return kind;
    }
    return kinds.length - 1;
  }
}

/** Expected requests of a segment. */
function massOf({ from, to, durationMs }: Segment): number {
  return (((from + to) / 2) * durationMs) / 1000;
}

/** When the expected number of requests reaches `mass`, in milliseconds from the segment's beginning: from·t + k·t²/2 = mass. */
function timeOf({ from, to, durationMs }: Segment, mass: number): number {
  const change = (to - from) / (durationMs / 1000);
  // This form of the root is exact for a change of 0 too, and for a rate that falls to 0.
  return (2 * mass * 1000) / (from + Math.sqrt(Math.max(0, from * from + 2 * change * mass)));
}
