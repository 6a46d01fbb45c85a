import { CRITICALITIES } from '../policy.ts';
import { GuaranteedFlow } from './guaranteed-flow.ts';
import { CLASSES, classOf, LEVELS, levelOf } from './level.ts';
import type { ResolvedPriorityOptions } from './options.ts';
import { RecentLevels } from './recent-levels.ts';
import { ADMIT_ALL, adaptRefusal, type RefusalState, TARGET_PRESSURE } from './refusal.ts';

/** What happened since the last call of {@link Priority.adapt}. */
export interface PrioritySample {
  /** Requests that asked, whatever became of them. */
  readonly offered: number;
  /** Requests that completed. */
  readonly completed: number;
  /** Requests that were admitted here and then shed by a gate behind. */
  readonly shedByGates: number;
  /**
   * Of those, the ones of a class better than {@link Priority.classAtThreshold}. Where gates know the classes this tells
   * shedding that hurts from the random kind that keeps a server busy. Default: all of them.
   */
  readonly shedOfBetterClasses?: number | undefined;
  /** Overall pressure now, 0 to 1. */
  readonly pressure: number;
  /** The same of what no gate answers. Default: all of it. */
  readonly pressureWithoutGate?: number | undefined;
  readonly elapsedMs: number;
}

/**
 * Refuses the least important requests before the gates behind have to refuse any: classes in their order, and inside
 * a class cohort by cohort, in the exact share that the load calls for. Asking costs the same whatever the load.
 */
export class Priority {
  readonly #recent = new RecentLevels();
  readonly #flow: GuaranteedFlow;
  #refusal: RefusalState = ADMIT_ALL;
  /** Levels below are admitted and levels above refused. */
  #boundary = LEVELS;
  /** The part of the requests at the boundary that is admitted, and how much of the next one is due. */
  #fraction = 0;
  #due = 0;
  #passed = 0;
  #guaranteed = 0;

  constructor({ reserved, minimumPerSecond, minimumShare }: ResolvedPriorityOptions) {
    this.#flow = new GuaranteedFlow(
      CRITICALITIES.map((criticality) => ({
        share: Math.max(reserved[criticality], minimumShare),
        perSecond: minimumPerSecond,
      })),
    );
  }

  /** Share of the requests that the threshold refuses at the moment; 0 admits all. */
  get share(): number {
    return this.#refusal.share;
  }

  /** The level, 0 to 512, from which requests are refused; its fraction is the part of that level that is admitted. */
  get threshold(): number {
    return this.#boundary + this.#fraction;
  }

  /** The class that is being refused in part; the lowest while none is. */
  get classAtThreshold(): number {
    return Math.min(CLASSES - 1, classOf(this.#boundary));
  }

  /** Whether recent requests were of more than one class. */
  get hasClasses(): boolean {
    return this.#recent.hasClasses;
  }

  /** Counts a request towards the distribution. For every request, before {@link admits}. */
  offered(level: number): void {
    this.#recent.add(level);
  }

  /** Whether to let a request of this level through. Once for each request: it keeps count of what it let through. */
  admits(level: number): boolean {
    if (this.#isWithin(level)) {
      if (this.#boundary < LEVELS) this.#flow.charge(classOf(level));
    } else {
      if (!this.#flow.take(classOf(level))) return false;
      this.#guaranteed += 1;
    }
    this.#passed += 1;
    return true;
  }

  /** Takes what the last interval taught. To be called at a steady interval, by default every 100 ms. */
  adapt(sample: PrioritySample): void {
    // A clock that was set back must not make time run backwards here.
    const elapsedMs = Math.max(1, sample.elapsedMs);
    const [passed, guaranteed] = [this.#passed, this.#guaranteed];
    this.#passed = 0;
    this.#guaranteed = 0;
    const spared = this.#spared(sample);
    const maxShare = this.#recent.shareFrom(spared);
    this.#refusal = adaptRefusal(this.#refusal, { ...sample, elapsedMs, passed, guaranteed, maxShare });
    this.#flow.refill(elapsedMs, this.#refusal.completedPerSecond);
    const threshold = Math.max(spared, this.#recent.threshold(this.#refusal.share));
    this.#boundary = Math.trunc(threshold);
    this.#fraction = threshold - this.#boundary;
  }

  /**
   * The level up to which no request is refused. That is every class better than the one at the threshold while the gates
   * serve those: a server whose requests take a minute completes next to nothing, and has room for the important.
   */
  #spared(sample: PrioritySample): number {
    const {
      shedByGates,
      shedOfBetterClasses = shedByGates,
      pressure,
      pressureWithoutGate = pressure,
    } = sample;
    const isHurt = shedOfBetterClasses > 0 || pressureWithoutGate > TARGET_PRESSURE;
    return isHurt ? 0 : levelOf(this.classAtThreshold, 0);
  }

  /** At the boundary, error diffusion: of any run of requests there, the share admitted is right within one request. */
  #isWithin(level: number): boolean {
    if (level !== this.#boundary) return level < this.#boundary;
    this.#due += this.#fraction;
    if (this.#due < 1) return false;
    this.#due -= 1;
    return true;
  }
}
