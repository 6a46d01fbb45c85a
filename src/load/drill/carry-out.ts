// Carries out one drill, from the calm before to the calm after.
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadSecond } from '../contract.ts';
import type { Begun, Drill, DrillResult, Plan, Prepared, Stage } from './contract.ts';
import {
  beginCourse,
  CALM_MS,
  type Course,
  type CourseRules,
  followCourse,
  GOODPUT_FLOOR,
  FLOOR_WINDOW_MS,
} from './course.ts';
import { type Belongings, belongingsOf, leftBehind } from './instance/left-behind.ts';
import { Observer } from './instance/observer.ts';
import { runQueueWaitMs } from './instance/run-queue.ts';
import { judge } from './judge.ts';
import { SteadyLoad } from './steady-load.ts';

/** Goodput is that of this time at least, from the fault on, in ms. */
const GOODPUT_LEAST_MS = 5000;

/** How often the instance is looked at, in ms. */
const LOOK_EVERY_MS = 250;

/** Time for what is left behind to go, in ms: connections of a pool that are idle, for one. */
const LEAVE_MS = 20_000;

export interface CarryOutOptions {
  /** See {@link GOODPUT_FLOOR}. */
  readonly floor?: number | undefined;
}

/** Carries out a drill on an instance that is calm. Rejects when the instance does not let itself be drilled. */
export async function carryOut(
  drill: Drill,
  stage: Stage,
  { floor = GOODPUT_FLOOR }: CarryOutOptions,
): Promise<DrillResult> {
  const startedAtMs = Date.now();
  const plan = drill.plan(stage.site);
  const prepared = await drill.prepare?.(stage);
  try {
    // The preparation may have replaced workers.
    const site = { ...stage.site, status: await stage.management.status() };
    const run = new Run(drill, { ...stage, site }, plan, prepared, floor);
    const result = await run.result();
    return { ...result, startedAtMs, durationMs: Date.now() - startedAtMs };
  } finally {
    await prepared?.restore();
  }
}

class Run {
  readonly #drill: Drill;
  readonly #stage: Stage;
  readonly #plan: Plan;
  readonly #begin: () => Promise<Begun>;
  readonly #floor: number;
  readonly #observer: Observer;
  readonly #before: Belongings | undefined;
  readonly #load: SteadyLoad;
  #begun: Begun = {};
  #pids: readonly number[] = [];
  #waitAtFaultMs = 0;
  #waitedMs = 0;
  #isTaskDone = false;
  #taskProblem: string | undefined;
  #faultAtMs = Number.NaN;
  #revertedAtMs = Number.NaN;
  #revertMs: number | undefined;

  constructor(drill: Drill, stage: Stage, plan: Plan, prepared: Prepared | undefined, floor: number) {
    this.#drill = drill;
    this.#stage = stage;
    this.#plan = plan;
    this.#begin = async () => drill.begin(stage, prepared);

    this.#floor = floor;
    this.#observer = new Observer(stage.management, stage.site.status);
    this.#before = this.#belongings();
    this.#load = new SteadyLoad(stage);
  }

  async result(): Promise<Omit<DrillResult, 'startedAtMs' | 'durationMs'>> {
    let course = beginCourse(Date.now());
    let seconds: readonly LoadSecond[];
    try {
      course = await this.#follow(course);
    } finally {
      seconds = await this.#load.stop().finally(async () => this.#revert());
    }
    await this.#observer.scrape();
    return this.#judge(course, seconds);
  }

  async #follow(from: Course): Promise<Course> {
    let course = from;
    const observer = this.#observer;
    while (course.phase !== 'over') {
      await observer.look();
      const nowMs = Date.now();
      const isDetected = observer.incidents.some(({ cause }) => this.#plan.hypothesis.causes.includes(cause));
      if (!isDetected)
        this.#waitedMs = Math.max(this.#waitedMs, runQueueWaitMs(this.#pids) - this.#waitAtFaultMs);
      const next = followCourse(
        course,
        {
          nowMs,
          isCalm: observer.isCalm,
          isDetected,
          isTaskDone: this.#isTaskDone,
          goodput: this.#recentGoodput(nowMs),
          isInterrupted: this.#stage.signal.aborted,
        },
        this.#rules,
      );
      if (next.phase !== course.phase) await this.#act(next);
      course = next;
      if (course.phase !== 'over') await delay(LOOK_EVERY_MS);
    }
    return course;
  }

  /** A detector that has to wait for a worker that waits for a processor gets as much more time. */
  get #rules(): CourseRules {
    const { until, maxMs } = this.#plan.hold;
    const more = until === 'time' ? 0 : this.#waitedMs;
    return { calmMs: CALM_MS, hold: { until, maxMs: maxMs + more }, floor: this.#floor };
  }

  /** Known only when the fault has lasted that long. */
  #recentGoodput(nowMs: number): number | undefined {
    const fromMs = nowMs - FLOOR_WINDOW_MS;
    return fromMs >= this.#faultAtMs ? this.#load.goodput(fromMs, nowMs) : undefined;
  }

  async #act({ phase }: Course): Promise<void> {
    if (phase === 'faulty') {
      await this.#observer.scrape();
      this.#faultAtMs = Date.now();
      this.#begun = await this.#begin();
      this.#pids = this.#begun.pids ?? [];
      this.#waitAtFaultMs = runQueueWaitMs(this.#pids);
      void this.#begun.task?.then((problem) => {
        this.#isTaskDone = true;
        this.#taskProblem = problem;
      });
    } else if (phase === 'recovering') await this.#revert();
  }

  async #revert(): Promise<void> {
    const { revert } = this.#begun;
    this.#begun = {};
    if (!Number.isNaN(this.#revertedAtMs)) return;
    const startedMs = Date.now();
    await revert?.();
    this.#revertedAtMs = Date.now();
    if (revert !== undefined) this.#revertMs = this.#revertedAtMs - startedMs;
  }

  async #judge(
    course: Course,
    all: readonly LoadSecond[],
  ): Promise<Omit<DrillResult, 'startedAtMs' | 'durationMs'>> {
    const { hypothesis } = this.#plan;
    const { incidents, recording, replaced } = this.#observer;
    const base = { name: this.#drill.name, about: this.#drill.about, hypothesis: hypothesis.text };
    const curve = all.map(({ atMs, offered, good }) => ({ atMs, offered, good }));
    if (Number.isNaN(this.#faultAtMs))
      return {
        ...base,
        outcome: 'failed',
        reason: 'interrupted before the fault',
        stopped: course.stopped,
        checks: [],
        causes: [],
        alerts: [],
        seconds: curve,
      };
    const untilMs = Math.max(
      this.#faultAtMs + GOODPUT_LEAST_MS,
      this.#isHealing
        ? Math.max(...incidents.map(({ endedAtMs }) => endedAtMs ?? Date.now()))
        : this.#revertedAtMs,
    );
    const goodput = this.#load.goodput(this.#faultAtMs, untilMs);
    const alerts = recording.alerts(this.#faultAtMs);
    const judged = judge(hypothesis, {
      faultAtMs: this.#faultAtMs,
      revertedAtMs: this.#revertedAtMs,
      calmAtMs: this.#observer.isCalm ? course.calmSinceMs : undefined,
      waitedMs: this.#waitedMs,
      stopped: course.stopped,
      incidents,
      replaced,
      goodput,
      leftBehind: await this.#leftBehind(),
      alerts,
      taskProblem: this.#taskProblem,
    });
    return {
      ...base,
      ...judged,
      outcome: judged.checks.every(({ held }) => held) ? 'held' : 'failed',
      stopped: course.stopped,
      causes: [...new Set(incidents.map(({ cause }) => cause))],
      goodput,
      waitedMs: this.#waitedMs,
      revertMs: this.#revertMs,
      alerts,
      seconds: curve,
      faultMs: [this.#faultAtMs - this.#load.startedMs, this.#revertedAtMs - this.#load.startedMs],
    };
  }

  /** An incident says until when its effects lasted. */
  get #isHealing(): boolean {
    return this.#observer.incidents.length > 0;
  }

  #belongings(): Belongings | undefined {
    const { facts, status } = this.#stage.site;
    const workers = this.#observer.status.workers.length > 0 ? this.#observer.status.workers : status.workers;
    return belongingsOf(
      facts.pid,
      workers.map(({ pid }) => pid),
    );
  }

  async #leftBehind(): Promise<string[]> {
    const untilMs = Date.now() + LEAVE_MS;
    for (;;) {
      await this.#observer.look();
      const after = this.#belongings();
      const left = this.#before === undefined || after === undefined ? [] : leftBehind(this.#before, after);
      if (left.length === 0 || Date.now() >= untilMs) return left;
      await delay(LOOK_EVERY_MS);
    }
  }
}
