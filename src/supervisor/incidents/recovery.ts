// When an incident is over: not when another worker listens, but when it has done so for a while.
import { hasTrait, type IncidentCause } from '../causes.ts';
import type { IncidentLedger, OpenIncident, Opening } from './ledger.ts';

/** One open incident, with those of the same fault that came before it was over. */
interface Course {
  readonly open: OpenIncident;
  /** How often the fault has been seen. */
  times: number;
  /** A budget of restarts was used up: only a long time of health is an end to that. */
  loop: boolean;
  /** Since when service is back. */
  backAtMs: number | undefined;
}

interface RecoveryConfig {
  readonly ledger: IncidentLedger;
  readonly nowMs: () => number;
  /** How the last worker of a slot was replaced, as a step. Default: `replaced`. */
  readonly stepOf?: ((slot: number) => string) | undefined;
}

/**
 * Keeps the open incidents, one for each slot. Each is over when service has been back for a while, and then ended at the time
 * it came back. If the same fault comes again before, the incident goes on: a crash loop is one incident, not one for each crash.
 */
export class Recovery {
  readonly #config: RecoveryConfig;
  readonly #courses = new Map<number, Course>();

  constructor(config: RecoveryConfig) {
    this.#config = config;
  }

  /** A new incident, or the one of this slot that is not over yet, if this is the same fault again. */
  open(opening: Opening): OpenIncident {
    const { slot } = opening.worker;
    const course = this.#courses.get(slot);
    if (course !== undefined && isSameFault(course.open.incident.cause, opening.cause)) {
      course.backAtMs = undefined;
      course.times += 1;
      // A loop may go on for days, and every step is written down and told.
      if (isWorthTelling(course.times)) course.open.step(opening.summary);
      return course.open;
    }
    if (course !== undefined) this.#end(slot, course);
    const open = this.#config.ledger.open(opening);
    this.#courses.set(slot, {
      open,
      times: 1,
      loop: false,
      backAtMs: undefined,
    });
    return open;
  }

  /**
   * Something more has happened in this slot, while its incident goes on.
   *
   * @returns The incident; undefined if none is open.
   */
  step(slot: number, what: string): OpenIncident | undefined {
    const course = this.#courses.get(slot);
    if (course === undefined) return undefined;
    course.times += 1;
    if (isWorthTelling(course.times)) course.open.step(what);
    return course.open;
  }

  /** Adds what was concluded to the open incident of this slot, if there is one. */
  remark(slot: number, what: string): void {
    const open = this.#courses.get(slot)?.open;
    open?.step(what, { facts: [...open.incident.facts, what] });
  }

  /** This incident is one of a loop. @returns False if that was known. */
  isLoop(open: OpenIncident): boolean {
    const course = this.#of(open);
    if (course === undefined || course.loop) return false;
    course.loop = true;
    return true;
  }

  /** A worker of this slot serves again. */
  back(slot: number): void {
    const course = this.#courses.get(slot);
    if (course === undefined || course.backAtMs !== undefined) return;
    course.backAtMs = this.#config.nowMs();
    if (isWorthTelling(course.times)) course.open.step(this.#stepOf(slot));
  }

  /** It has done so for long enough. */
  resolved(slot: number): void {
    const course = this.#courses.get(slot);
    if (course !== undefined) this.#end(slot, course);
  }

  /** It is over, and service is not back by anything that was done. */
  giveUp(open: OpenIncident, what: string): void {
    if (this.#of(open) !== undefined) this.#courses.delete(open.incident.worker.slot);
    open.end(what, 'unresolved');
  }

  /** Something was done that concerns every open incident whose service is not back. */
  note(what: string): void {
    for (const { open, backAtMs, times } of this.#courses.values()) {
      if (backAtMs === undefined && isWorthTelling(times)) open.step(what);
    }
  }

  /** Everything stops: nothing more will turn out. */
  stop(): void {
    for (const [slot, course] of this.#courses) {
      if (course.backAtMs === undefined) course.open.step('everything was stopped before service was back');
      this.#end(slot, course);
    }
  }

  #of(open: OpenIncident): Course | undefined {
    const course = this.#courses.get(open.incident.worker.slot);
    return course?.open === open ? course : undefined;
  }

  #stepOf(slot: number): string {
    return this.#config.stepOf?.(slot) ?? 'replaced';
  }

  #end(slot: number, course: Course): void {
    this.#courses.delete(slot);
    if (course.backAtMs !== undefined && !isWorthTelling(course.times)) course.open.step(this.#stepOf(slot));
    const { backAtMs } = course;
    course.open.over(backAtMs ?? this.#config.nowMs(), backAtMs === undefined ? 'unresolved' : 'recovered');
  }
}

function isSameFault(one: IncidentCause, other: IncidentCause): boolean {
  return one === other || (hasTrait(one, 'end') && hasTrait(other, 'end'));
}

/** The first eight, then the 16th, 32nd, 64th … */
function isWorthTelling(times: number): boolean {
  return times <= 8 || Number.isInteger(Math.log2(times));
}
