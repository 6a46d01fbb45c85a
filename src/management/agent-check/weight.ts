/**
 * How strongly the weight follows the load: `weight ~ load^-GAIN`. Balancers that compare such weights send instances of capacities
 * in the ratio r load in the ratio r^(GAIN / (GAIN + 1)): 1.74 for one that is twice as fast. More gain comes nearer to r, and needs more
 * smoothing. Chosen in the simulation of test/simulator/feedback.test.ts.
 */
const GAIN = 4;

/**
 * Time constant of the smoothing, in ms; the feedback makes it {@link GAIN} times as fast. With less, weights swing where a balancer asks
 * every 5 s and utilization grows faster than the load, as that of a queue does: the same simulation.
 */
const SMOOTHING_MS = 20_000;

/** The load at which the weight is {@link MAX_PERCENT}; below it balancers share evenly, as idle instances do not tell who is faster. */
const LIGHT_LOAD = 0.5;

/** What HAProxy takes for a server of `weight 100`: 256 is the most that a weight can be. */
const MAX_PERCENT = 256;

/** 0 would mean no requests at all, and then nothing would ever tell that there is room again. */
const MIN_PERCENT = 1;

/** Maximum overload that counts. The weight is {@link MIN_PERCENT} from half of it on. */
const MAX_OVERLOAD = 4;

/** The load of an instance that has just started: it gets a sixteenth of a full share at first, and more as it turns out to have room. */
const LOAD_AT_START = 1;

/**
 * The weight that an instance asks of a load balancer, as a percentage. Each instance knows its own load only: those with less than the
 * others ask for more than they do. Loads are compared as logarithms, so that the feedback is as strong at every load.
 */
export class Weight {
  #logLoad = Math.log(LOAD_AT_START);
  #atMs: number | undefined;

  /**
   * @param load What clients ask of this instance over what it can do: its utilization, and above 1 where it sheds. Not a number while
   * nobody knows.
   */
  add(load: number, nowMs: number): void {
    const elapsedMs = this.#atMs === undefined ? 0 : Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    if (Number.isNaN(load)) return;
    const target = Math.log(Math.max(LIGHT_LOAD / 2, load));
    this.#logLoad += (target - this.#logLoad) * (1 - Math.exp(-elapsedMs / SMOOTHING_MS));
  }

  /** From 1 to 256. */
  get percent(): number {
    const weight = MAX_PERCENT * (Math.exp(this.#logLoad) / LIGHT_LOAD) ** -GAIN;
    return Math.round(Math.min(MAX_PERCENT, Math.max(MIN_PERCENT, weight)));
  }
}

/** What clients ask of an instance, as a share of what it can do. Rates are of requests a second. */
export function loadOf(utilization: number, served: number, shed: number): number {
  return shed > 0 ? utilization * Math.min(MAX_OVERLOAD, (served + shed) / served) : utilization;
}
