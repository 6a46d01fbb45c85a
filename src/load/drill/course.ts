// The course of a drill, from calm to calm: a state machine without clock or instance.
import type { Hold, StopReason } from './contract.ts';

/** How long the steady load runs before the fault, in ms. */
export const CALM_MS = 4000;

/** Share of the requests that must be served in time, over {@link FLOOR_WINDOW_MS}; below it, the drill stops by itself. */
export const GOODPUT_FLOOR = 0.25;

/** A fault that Respite heals within 10 s is not stopped for what it costs until then. */
export const FLOOR_WINDOW_MS = 15_000;

/** How long the instance must be calm at the end, in ms. */
const CALM_AGAIN_MS = 2000;

/** Maximum time from the end of the fault until the instance is calm again, in ms. Then the drill ends as it is. */
const RECOVERY_MAX_MS = 90_000;

/**
 * - `calm`: the steady load runs, nothing is wrong yet;
 * - `faulty`: the fault is injected;
 * - `recovering`: it is reverted;
 * - `over`.
 */
export type Phase = 'calm' | 'faulty' | 'recovering' | 'over';

export interface Course {
  readonly phase: Phase;
  /** When the phase began. */
  readonly sinceMs: number;
  /** Since when the instance is calm without a pause; undefined while it is not. */
  readonly calmSinceMs: number | undefined;
  readonly stopped: StopReason | undefined;
}

/** What is seen at a moment. */
export interface Sighting {
  readonly nowMs: number;
  /** Every worker is ready and no incident is open. */
  readonly isCalm: boolean;
  /** An incident has opened since the fault. */
  readonly isDetected: boolean;
  /** The drill's own task is done. */
  readonly isTaskDone: boolean;
  /** Share of the requests of the last {@link FLOOR_WINDOW_MS} that were served in time; undefined as long as that is not known. */
  readonly goodput: number | undefined;
  readonly isInterrupted: boolean;
}

export interface CourseRules {
  /** How long the steady load runs before the fault, in ms. */
  readonly calmMs: number;
  readonly hold: Hold;
  readonly floor: number;
}

export function beginCourse(nowMs: number): Course {
  return { phase: 'calm', sinceMs: nowMs, calmSinceMs: undefined, stopped: undefined };
}

/** The next state. A phase that begins is to be acted upon: `faulty` injects, `recovering` reverts. */
export function followCourse(course: Course, seen: Sighting, rules: CourseRules): Course {
  const { nowMs } = seen;
  const calmSinceMs = seen.isCalm ? (course.calmSinceMs ?? nowMs) : undefined;
  const stay: Course = { ...course, calmSinceMs };
  const go = (phase: Phase, stopped: StopReason | undefined = course.stopped): Course => ({
    phase,
    sinceMs: nowMs,
    // What was calm before the fault was reverted has to be calm again.
    calmSinceMs: phase === 'over' ? calmSinceMs : undefined,
    stopped,
  });
  switch (course.phase) {
    case 'calm':
      if (seen.isInterrupted) return go('over', 'interrupted');
      return nowMs - course.sinceMs >= rules.calmMs ? go('faulty') : stay;
    case 'faulty':
      if (seen.isInterrupted) return go('recovering', 'interrupted');
      if (seen.goodput !== undefined && seen.goodput < rules.floor) return go('recovering', 'goodput-floor');
      return isEnough(course, seen, rules.hold) ? go('recovering') : stay;
    case 'recovering': {
      const calmForMs = calmSinceMs === undefined ? 0 : nowMs - calmSinceMs;
      const isOver =
        seen.isInterrupted || calmForMs >= CALM_AGAIN_MS || nowMs - course.sinceMs >= RECOVERY_MAX_MS;
      return isOver ? go('over') : stay;
    }
    default:
      return course;
  }
}

function isEnough({ sinceMs }: Course, seen: Sighting, { until, maxMs }: Hold): boolean {
  if (seen.nowMs - sinceMs >= maxMs) return true;
  switch (until) {
    case 'detected':
      return seen.isDetected;
    case 'healed':
      return seen.isDetected && seen.isCalm;
    case 'task':
      return seen.isTaskDone;
    default:
      return false;
  }
}
