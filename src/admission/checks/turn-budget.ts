import { CRITICALITIES, type Criticality } from '../policy.ts';
import { IdleCredit, type LoopTimes } from './idle-credit.ts';
import type { ResolvedTurnBudget } from './turn-options.ts';

/**
 * What a class may use of a turn, as a share: of the target, which is what is left to it while it is being refused, and
 * of the burst. Chosen in the simulation of test/simulator/turn-budget.test.ts; the figures are in docs/design/turn-budget.md.
 */
const SHARES: Readonly<Record<Criticality, { readonly ofTarget: number; readonly ofBurst: number }>> = {
  'critical-plus': { ofTarget: 1, ofBurst: 1.2 },
  critical: { ofTarget: 1, ofBurst: 1 },
  'sheddable-plus': { ofTarget: 0.75, ofBurst: 0.85 },
  sheddable: { ofTarget: 0.5, ofBurst: 0.7 },
};

/**
 * How far beyond the burst one turn may go on credit, as a part of the burst; and the share of a turn's requests from which,
 * when they are refused, it is no burst: what is left of the credit is lost, or the first second of a flood would be slow.
 */
const ON_CREDIT = 1.5;
const FLOOD_FROM = 0.5;

/** From this share of refused requests on, a class has no more than its part of the target. */
const NO_BURST_FROM = 0.7;
/** From this share of refused requests on, the classes below get nothing. */
const NOTHING_BELOW_FROM = 0.1;
/** How fast the refused share follows what happens: quickly up, so that a flood finds little burst, and slowly down. */
const RISE_MS = 30;
const FALL_MS = 100;

/**
 * What a turn after which connections are still waiting leaves of a class's next budget, and how fast the rest comes
 * back. A turn takes one connection from each copy of a socket, so shorter turns take more of them. The lowest class
 * pays first, and gets its own back last.
 */
const SQUEEZE = 0.5;
const RELEASE = 1.2;
const TIGHTEST = 1 / 64;

/**
 * How long a class may still use its budget while connections wait, after the one below it has lost all of its own: at
 * random as many of its requests come together that some wait, and that alone is no reason. By simulation, with a tenth
 * of 5 times the capacity critical on new connections, 50 ms served 97 % of them, 100 ms 98.6 %, this 99.4 %.
 */
const PATIENCE_MS = 200;

/**
 * Large bodies pay before anybody is refused: reading them makes turns long (libuv reads up to 2 MB of each socket in one),
 * and refusing small requests would not make them shorter. When a request comes after this share of its class's budget,
 * large bodies of the class and of those below may only hold half of what they do; turn by turn it grows back. The values
 * are from the workload `uploads` of the benchmark `overload`: docs/design/turn-budget.md.
 */
const PRESSED_FROM = 0.3;
const BODY_SQUEEZE = 0.5;
const BODY_RELEASE = 1.03;
const LEAST_BODY_SHARE = 1 / 64;

interface ClassBudget {
  readonly ofTargetMs: number;
  readonly ofBurstMs: number;
  budgetMs: number;
  admitted: number;
  refused: number;
  /** Of the class's requests, the share refused lately, 0 to 1. */
  refusedShare: number;
  /** Of the class's budget, the part that is left to it while connections wait. */
  squeeze: number;
  /** A request came late in this turn. */
  isPressed: boolean;
  /** Of the budget for bodies, the part that large ones may hold. */
  bodyShare: number;
}

/**
 * Bounds the queue that Node.js hides. Requests that became readable together are handled in one turn of the event loop,
 * one after the other, so the time since the turn began is a lower bound of how long a request has waited. Each class
 * may start requests until the turn has used the class's budget; what comes later in the turn is refused, cheaply.
 *
 * A server that refuses nothing may use bursts; the more of a class is refused, the nearer its budget comes to the
 * target, and the less is left to the classes below it. So a load just below saturation waits instead of being refused,
 * and under a flood what is admitted has not waited.
 */
export class TurnBudget {
  readonly #classes: readonly ClassBudget[];
  readonly #credit: IdleCredit;
  #endedMs: number;
  #isAtItsEnd = false;
  #patientUntilMs = -Infinity;
  /** What the present turn may use on credit, in milliseconds; undefined while it is within its budget. */
  #creditMs: number | undefined;

  constructor(
    { targetMs, burstMs, idleCreditMs }: ResolvedTurnBudget,
    nowMs: number,
    loopTimes: () => LoopTimes,
  ) {
    this.#credit = new IdleCredit(idleCreditMs, ON_CREDIT * burstMs, loopTimes);
    this.#endedMs = nowMs;
    this.#classes = CRITICALITIES.map((criticality) => {
      const { ofTarget, ofBurst } = SHARES[criticality];
      return {
        ofTargetMs: ofTarget * targetMs,
        ofBurstMs: ofBurst * burstMs,
        budgetMs: ofBurst * burstMs,
        admitted: 0,
        refused: 0,
        refusedShare: 0,
        squeeze: 1,
        isPressed: false,
        bodyShare: 1,
      };
    });
  }

  /**
   * Decides on one request, and counts it.
   *
   * @param rank Index of the class in `CRITICALITIES`.
   * @param usedMs What the requests before it in this turn have used, of its class and of better ones.
   */
  admits(rank: number, usedMs: number): boolean {
    const budget = this.#classes[rank];
    if (budget === undefined) return true;
    let admits = usedMs < budget.budgetMs;
    if (!admits) {
      this.#creditMs ??= this.#credit.forTurnMs();
      admits = usedMs < budget.budgetMs + this.#creditMs;
    }
    if (usedMs >= PRESSED_FROM * budget.budgetMs) budget.isPressed = true;
    if (admits) budget.admitted += 1;
    else budget.refused += 1;
    return admits;
  }

  /** A request that something else has refused before it came here. It counts, as it would have had to be refused here. */
  refusedBefore(rank: number): void {
    const budget = this.#classes[rank];
    if (budget !== undefined) budget.refused += 1;
  }

  /** The part of the budget for bodies, 0 to 1, that large ones of this class may hold. */
  bodyShare(rank: number): number {
    return this.#classes[rank]?.bodyShare ?? 1;
  }

  /** Turns can't be made shorter, and still leave connections waiting. */
  get isAtItsEnd(): boolean {
    return this.#isAtItsEnd;
  }

  /**
   * @param isBacklogged More connections were waiting than the turn could accept.
   * @param bodiesShare The part of the budget for bodies that is used, 0 to 1.
   */
  turnEnded(nowMs: number, isBacklogged: boolean = false, bodiesShare: number = 0): void {
    if (this.#creditMs !== undefined && this.#isFlood()) this.#credit.void();
    this.#creditMs = undefined;
    this.#isAtItsEnd = isBacklogged && this.#credit.leftMs() === 0 && !this.#squeezeLowest(nowMs);
    if (!isBacklogged) this.#releaseHighest();
    const elapsedMs = nowMs - this.#endedMs;
    this.#endedMs = nowMs;
    let refusedAbove = 0;
    let squeeze = 1;
    let isPressed = false;
    for (const budget of this.#classes) {
      follow(budget, elapsedMs);
      const burstMs = budget.ofBurstMs * (1 - budget.refusedShare / NO_BURST_FROM);
      const leftByThoseAbove = 1 - Math.min(1, refusedAbove / NOTHING_BELOW_FROM);
      squeeze = Math.min(squeeze, budget.squeeze);
      isPressed ||= budget.isPressed;
      budget.isPressed = false;
      budget.bodyShare = isPressed
        ? Math.max(LEAST_BODY_SHARE, Math.min(budget.bodyShare, bodiesShare) * BODY_SQUEEZE)
        : Math.min(1, budget.bodyShare * BODY_RELEASE);
      budget.budgetMs = Math.max(budget.ofTargetMs, burstMs) * leftByThoseAbove * squeeze;
      refusedAbove = Math.max(refusedAbove, budget.refusedShare);
    }
  }

  /** Most of the turn's requests were refused. */
  #isFlood(): boolean {
    let admitted = 0;
    let refused = 0;
    for (const budget of this.#classes) {
      admitted += budget.admitted;
      refused += budget.refused;
    }
    return refused > FLOOD_FROM * (admitted + refused);
  }

  /**
   * Of the classes that had requests, down to nothing for all but the best of them, which keeps one request a turn. False
   * when there is nothing left to take.
   */
  #squeezeLowest(nowMs: number): boolean {
    const asked = this.#classes.filter(({ admitted, refused }) => admitted + refused > 0);
    const lowest = asked.findLast(({ squeeze }, i) => squeeze > (i === 0 ? TIGHTEST : 0));
    if (lowest === undefined) return asked.length === 0;
    if (lowest !== asked.at(-1) && nowMs < this.#patientUntilMs) return true;
    if (lowest.squeeze > TIGHTEST) {
      lowest.squeeze = Math.max(TIGHTEST, lowest.squeeze * SQUEEZE);
    } else {
      lowest.squeeze = 0;
      this.#patientUntilMs = nowMs + PATIENCE_MS;
    }
    return true;
  }

  #releaseHighest(): void {
    const highest = this.#classes.find(({ squeeze }) => squeeze < 1);
    if (highest !== undefined) highest.squeeze = Math.min(1, Math.max(TIGHTEST, highest.squeeze * RELEASE));
  }
}

function follow(budget: ClassBudget, elapsedMs: number): void {
  const { admitted, refused, refusedShare } = budget;
  // A class without requests forgets, or one that stopped asking while it was refused would close the door for good.
  const share = admitted + refused === 0 ? 0 : refused / (admitted + refused);
  const constantMs = share > refusedShare ? RISE_MS : FALL_MS;
  budget.refusedShare += (share - refusedShare) * (1 - Math.exp(-elapsedMs / constantMs));
  budget.admitted = 0;
  budget.refused = 0;
}
