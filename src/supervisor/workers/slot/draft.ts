// The next state of a slot while it is being made: the small steps that events consist of.
import { planRestart, type Restart } from './restart-policy.ts';
import type {
  Due,
  End,
  Member,
  Moment,
  Next,
  Purpose,
  SlotAction,
  SlotRules,
  SlotState,
  Starting,
} from './state.ts';

/** A start may take this many times as long as the slowest one so far: an application that was slow once may be so again. */
const SLOWER_STARTS = 3;

/**
 * Maximum time, in ms, in which a standby that takes a place has to serve. It takes some 20 ms; one that does not even answer is replaced as
 * any other that was not ready in time.
 */
const TAKEOVER_TIMEOUT_MS = 5000;

export class Draft {
  readonly state: { -readonly [Key in keyof SlotState]: SlotState[Key] };
  readonly nowMs: number;
  readonly #actions: SlotAction[] = [];
  readonly #moment: Moment;
  readonly #rules: SlotRules;
  readonly #wasEmpty: boolean;

  constructor(before: SlotState, moment: Moment, rules: SlotRules) {
    this.state = { ...before };
    this.nowMs = moment.nowMs;
    this.#moment = moment;
    this.#rules = rules;
    this.#wasEmpty = isEmpty(before) && !before.isWanted;
  }

  act(...actions: readonly SlotAction[]): void {
    this.#actions.push(...actions);
  }

  result(): Next {
    const { state } = this;
    if (!state.isWanted && !this.#wasEmpty && isEmpty(state)) this.act({ kind: 'empty' });
    return { state, actions: this.#actions, wakeAtMs: this.#wakeAtMs() };
  }

  /** What is due now, whatever has happened. */
  settle(): void {
    const { state, nowMs } = this;
    const { starting, trial, fault } = state;
    if (starting?.id !== undefined && !starting.isCondemned && nowMs >= this.#deadlineMs(starting)) {
      state.starting = { ...starting, isCondemned: true };
      const afterMs = this.#deadlineMs(starting) - starting.sinceMs;
      this.act({ kind: 'late', id: starting.id, afterMs, isAlone: state.serving === undefined });
    }
    if (trial !== undefined && nowMs >= trial.untilMs) {
      state.trial = undefined;
      this.leaves(trial.old);
      this.renewed();
    }
    if (fault?.backAtMs !== undefined && nowMs >= fault.backAtMs + this.#windowMs()) {
      state.fault = undefined;
      this.act({ kind: 'resolved' });
    }
    if (!state.isWanted || state.starting !== undefined || state.trial !== undefined) return;
    const { renewal, serving } = state;
    // A standby need not be started, so nothing speaks for waiting.
    if (this.#moment.hasStandby && (serving === undefined || serving.sick !== undefined)) {
      this.spawn(
        serving?.sick === undefined ? { kind: 'fill' } : { kind: 'heal', cause: serving.sick },
        false,
      );
      return;
    }
    // A slot that waits for its next try has it now.
    if (renewal !== undefined && state.due?.purpose.kind !== 'renew' && serving?.sick === undefined) {
      this.startAt(nowMs, { kind: 'renew', trialMs: renewal.trialMs });
    }
    if (state.due !== undefined && nowMs >= state.due.atMs) this.#begin(state.due);
  }

  /** An empty slot is filled at once, unless it is a standby's. While one serves, its replacement waits for a turn, so that few start at a time. */
  #begin(due: Due): void {
    const { purpose, hasAskedForTurn } = due;
    if (!this.#needsTurn) {
      this.spawn(purpose, false);
    } else if (!hasAskedForTurn) {
      this.state.due = { ...due, hasAskedForTurn: true };
      this.act({ kind: 'ask-turn', cause: purpose.kind === 'heal' ? purpose.cause : 'rolling' });
    }
  }

  get #needsTurn(): boolean {
    return this.#rules.isStandby || this.state.serving !== undefined;
  }

  startAt(atMs: number, purpose: Purpose): void {
    this.state.due = { atMs, purpose, hasAskedForTurn: this.state.due?.hasAskedForTurn ?? false };
  }

  spawn(purpose: Purpose, hasTurn: boolean): void {
    this.state.due = undefined;
    this.state.starting = {
      id: undefined,
      sinceMs: this.nowMs,
      purpose,
      isCondemned: false,
      hasTurn,
      isWarm: false,
    };
    this.act({ kind: 'spawn' });
  }

  /** The one that was on its way is so no more. */
  startEnds({ hasTurn }: Starting): void {
    this.state.starting = undefined;
    if (hasTurn) this.act({ kind: 'release-turn' });
  }

  /** Drained as soon as its diagnostics are collected. */
  leaves({ id, sick, isCollected }: Member): void {
    if (sick === undefined || isCollected) this.dismiss(id);
    else this.lingers(id);
  }

  /** Until its diagnostics are collected. */
  lingers(id: number): void {
    this.state.leaving = [...this.state.leaving, { id, isTold: false }];
  }

  dismiss(id: number): void {
    this.state.leaving = [...this.state.leaving, { id, isTold: true }];
    this.act({ kind: 'drain', id });
  }

  renewed(): void {
    if (this.state.renewal === undefined) return;
    this.state.renewal = undefined;
    this.act({ kind: 'counted', cause: 'rolling' }, { kind: 'renewed' });
  }

  renewalFailed(problem: string, id: number | undefined): void {
    if (this.state.renewal === undefined) return;
    this.state.renewal = undefined;
    if (this.state.due?.purpose.kind === 'renew') this.state.due = undefined;
    this.act({ kind: 'renewal-failed', problem, id });
  }

  /** The old version goes on; the new one was worse. @param lingers Diagnostics of the new one are being collected. */
  rollBack(problem: string, lingers: boolean): void {
    const { trial, serving } = this.state;
    if (trial === undefined) return;
    this.state.trial = undefined;
    this.state.serving = trial.old;
    this.renewalFailed(problem, serving?.id);
    if (serving === undefined) return;
    if (lingers) this.lingers(serving.id);
    else this.dismiss(serving.id);
  }

  /** @param of A sick worker, of which the slot has to be rid before the fault can be over. */
  faulty(of: number | undefined): void {
    this.state.fault = { of, isLoop: this.state.fault?.isLoop ?? false, backAtMs: undefined };
  }

  /** A sick worker is gone. */
  ridOf(id: number): void {
    const { fault } = this.state;
    if (fault?.of !== id) return;
    this.state.fault = { ...fault, of: undefined };
    this.backIfServed();
  }

  backIfServed(): void {
    const { fault, serving } = this.state;
    if (fault === undefined || fault.of !== undefined || fault.backAtMs !== undefined) return;
    if (serving === undefined || serving.sick !== undefined) return;
    this.state.fault = { ...fault, backAtMs: this.nowMs };
    this.act({ kind: 'back' });
  }

  /** A standby is there, so a replacement need not be put off. */
  get hasStandby(): boolean {
    return this.#moment.hasStandby;
  }

  /** Each start of this slot waits for its turn. */
  get isStandby(): boolean {
    return this.#rules.isStandby;
  }

  /** When the next start may be. */
  plan(member: Member | undefined, isFromOutside: boolean): Restart {
    const readyForMs = member === undefined ? 0 : this.nowMs - member.readyAtMs;
    const death = { readyForMs, fromOutside: isFromOutside };
    const restart = planRestart(this.state.history, this.nowMs, death, this.#moment.random);
    this.state.history = restart.history;
    if (restart.crashLoop && this.state.fault !== undefined) {
      this.state.fault = { ...this.state.fault, isLoop: true };
    }
    return restart;
  }

  /** A worker has ended, and nothing else is on its way. */
  restart(id: number | undefined, member: Member | undefined, { cause, isFromOutside }: End): void {
    const { delayMs, crashLoop: isLoop, history } = this.plan(member, isFromOutside);
    this.startAt(this.nowMs + delayMs, { kind: 'fill' });
    const recentDeaths = history.recentMs.length;
    const { hasStandby } = this;
    this.act(
      { kind: 'counted', cause },
      { kind: 'died', id, after: { kind: 'restart', delayMs, isLoop, recentDeaths, hasStandby } },
    );
  }

  /** The first worker of all may take as long as it likes: nobody knows how long that is, and nothing else could be done. */
  #deadlineMs({ sinceMs, purpose, isWarm }: Starting): number {
    if (this.state.isOnProbation) return Infinity;
    if (isWarm) return sinceMs + TAKEOVER_TIMEOUT_MS;
    const { startTimeoutMs, deployTimeoutMs } = this.#rules;
    const timeoutMs =
      purpose.kind === 'renew' && this.state.serving !== undefined ? deployTimeoutMs : startTimeoutMs;
    return sinceMs + Math.max(timeoutMs, SLOWER_STARTS * this.state.slowestStartMs);
  }

  #windowMs(): number {
    return this.state.fault?.isLoop === true ? this.#rules.loopStableMs : this.#rules.stableMs;
  }

  #wakeAtMs(): number | undefined {
    const { due, starting, trial, fault } = this.state;
    const times = [
      due?.hasAskedForTurn === true && this.#needsTurn ? undefined : due?.atMs,
      starting?.id === undefined || starting.isCondemned ? undefined : this.#deadlineMs(starting),
      trial?.untilMs,
      fault?.backAtMs === undefined ? undefined : fault.backAtMs + this.#windowMs(),
    ].filter((atMs): atMs is number => atMs !== undefined && atMs < Infinity);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

/** No process is there, or about to be. */
function isEmpty({ serving, starting, leaving, trial }: SlotState): boolean {
  return serving === undefined && starting === undefined && leaving.length === 0 && trial === undefined;
}
