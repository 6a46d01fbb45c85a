// What a slot is: a place for one worker that serves, or for one that stands by, with those that come and go.
import type { HealedCause } from '../../causes.ts';
import type { RestartCause } from '../status.ts';
import { NO_RESTARTS, type RestartHistory } from './restart-policy.ts';

export interface SlotRules {
  /** Its worker is a standby: it does not serve, and waits for another slot to take it. Nothing depends on it, so each start waits for a turn. */
  readonly isStandby: boolean;
  /** A worker that does not listen within this time is killed, in ms. */
  readonly startTimeoutMs: number;
  /** The same, in a rolling restart: the old one serves on. */
  readonly deployTimeoutMs: number;
  /** How long a new worker must be ready until a fault counts as resolved, in ms. */
  readonly stableMs: number;
  /** The same after a crash loop. */
  readonly loopStableMs: number;
}

/** What an event is judged by besides the state. */
export interface Moment {
  /** From a clock that is never set. */
  readonly nowMs: number;
  /** From 0 to 1. */
  readonly random: number;
  /** A `spawn` now gets a standby, which serves at once. */
  readonly hasStandby: boolean;
}

/** Why a worker is started. */
export type Purpose =
  /** The slot has none. */
  | { readonly kind: 'fill' }
  /** The one that serves is sick of this. */
  | { readonly kind: 'heal'; readonly cause: HealedCause }
  /** A rolling restart was requested. */
  | { readonly kind: 'renew'; readonly trialMs: number };

/** A worker that has been ready. */
export interface Member {
  readonly id: number;
  readonly readyAtMs: number;
  /** What a detector has found; undefined while it is healthy. */
  readonly sick: HealedCause | undefined;
  /** Its diagnostics are collected, or nobody wants any: it may be drained. */
  readonly isCollected: boolean;
}

/** A worker that is on its way. */
export interface Starting {
  /** Undefined until the process is there. */
  readonly id: number | undefined;
  readonly sinceMs: number;
  readonly purpose: Purpose;
  /** It was told to end, since it took too long. */
  readonly isCondemned: boolean;
  /** It has a turn, to be given back. */
  readonly hasTurn: boolean;
  /** It is a standby that takes the place. */
  readonly isWarm: boolean;
}

/** A start that waits for its time, or for its turn. */
export interface Due {
  readonly atMs: number;
  readonly purpose: Purpose;
  readonly hasAskedForTurn: boolean;
}

/** A worker that is not to serve any more. */
export interface Leaving {
  readonly id: number;
  /** False as long as its diagnostics are being collected. */
  readonly isTold: boolean;
}

/** A new version beside the old one, until it has proved itself. */
export interface Trial {
  readonly old: Member;
  readonly untilMs: number;
}

/** Something went wrong here, and is not yet known to be over. */
export interface Fault {
  /** The sick worker that has to be gone; undefined when it is. */
  readonly of: number | undefined;
  /** Restarts came too often: it takes longer to believe that it is over. */
  readonly isLoop: boolean;
  /** Since when a worker serves again, in ms; undefined until then. */
  readonly backAtMs: number | undefined;
}

export interface SlotState {
  /** It is to have a worker. */
  readonly isWanted: boolean;
  /** Its first worker has to serve; otherwise the slot is given up, as a script is that ends at once. */
  readonly isOnProbation: boolean;
  readonly serving: Member | undefined;
  readonly starting: Starting | undefined;
  readonly due: Due | undefined;
  readonly leaving: readonly Leaving[];
  readonly trial: Trial | undefined;
  /** A rolling restart waits for this slot. */
  readonly renewal: { readonly trialMs: number } | undefined;
  readonly fault: Fault | undefined;
  readonly history: RestartHistory;
  /** The longest that a worker here has taken to be ready, in ms. */
  readonly slowestStartMs: number;
}

export const EMPTY_SLOT: SlotState = Object.freeze({
  isWanted: false,
  isOnProbation: false,
  serving: undefined,
  starting: undefined,
  due: undefined,
  leaving: [],
  trial: undefined,
  renewal: undefined,
  fault: undefined,
  history: NO_RESTARTS,
  slowestStartMs: 0,
});

/** How a worker ended. */
export interface End {
  /** As the rest of a sentence: `ended with exit code 1`. */
  readonly how: string;
  readonly cause: Extract<RestartCause, 'exit' | 'signal'>;
  /** No fault of the program. */
  readonly isFromOutside: boolean;
}

export type SlotEvent =
  /** @param isFirst No worker has ever served, in any slot. */
  | { readonly kind: 'start'; readonly isFirst: boolean }
  /** The process that a `spawn` action asked for is there. */
  | { readonly kind: 'spawned'; readonly id: number; readonly isWarm: boolean }
  | { readonly kind: 'spawn-failed'; readonly problem: string }
  | { readonly kind: 'ready'; readonly id: number }
  | { readonly kind: 'exited'; readonly id: number; readonly end: End }
  /** A detector wants this worker replaced. */
  | { readonly kind: 'sick'; readonly id: number; readonly cause: HealedCause }
  /** In its trial, this worker has proved worse than the old one. It is drained once its diagnostics are collected. */
  | { readonly kind: 'rejected'; readonly id: number; readonly problem: string }
  /** Its trial has nothing to compare, and ends early. */
  | { readonly kind: 'accepted'; readonly id: number }
  /** Its diagnostics are collected. */
  | { readonly kind: 'collected'; readonly id: number }
  /** A rolling restart. @param trialMs How long both versions serve, in ms; 0 drains the old one at once. */
  | { readonly kind: 'renew'; readonly trialMs: number }
  /** Of a standby's slot: another slot has taken its worker, which is none of its own any more. */
  | { readonly kind: 'taken'; readonly id: number; readonly isFromOutside: boolean }
  /** Of a standby's slot: its worker is to end, and another one to come. */
  | { readonly kind: 'retired' }
  /** The turn that was asked for. */
  | { readonly kind: 'granted' }
  | { readonly kind: 'time' }
  | { readonly kind: 'stop'; readonly atOnce: boolean };

export type SlotAction =
  | { readonly kind: 'spawn' }
  | { readonly kind: 'drain'; readonly id: number }
  | { readonly kind: 'kill'; readonly id: number; readonly because: string }
  /** It was not ready in time: kill it, or have it serve as it is. */
  | { readonly kind: 'late'; readonly id: number; readonly afterMs: number; readonly isAlone: boolean }
  | { readonly kind: 'ask-turn'; readonly cause: HealedCause | 'rolling' }
  | { readonly kind: 'release-turn' }
  /** A worker has ended, or could not be started, that was to serve; undefined for one that there never was. */
  | { readonly kind: 'died'; readonly id: number | undefined; readonly after: Aftermath }
  /** A worker is replaced, or about to be. Once for each fault. */
  | { readonly kind: 'counted'; readonly cause: RestartCause }
  /** A sick worker will be replaced only later, since that came too often. */
  | { readonly kind: 'put-off'; readonly id: number; readonly delayMs: number; readonly recentFaults: number }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'renewal-failed'; readonly problem: string; readonly id: number | undefined }
  /** A worker serves again after a fault. */
  | { readonly kind: 'back' }
  /** It has done so for long enough. */
  | { readonly kind: 'resolved' }
  /** No process is left, and none will come. */
  | { readonly kind: 'empty' };

/** What follows on a death. */
export type Aftermath =
  | {
      readonly kind: 'restart';
      readonly delayMs: number;
      readonly isLoop: boolean;
      readonly recentDeaths: number;
      /** A standby takes the place now. */
      readonly hasStandby: boolean;
    }
  /** Nothing: it was the first of all, and never served. */
  | { readonly kind: 'given-up' }
  /** Another one is on its way already. */
  | { readonly kind: 'replacing' }
  /** It was known to be sick, and another one is about to be started. */
  | { readonly kind: 'sick' }
  /** It was to replace a sick one, which goes on until the next try. */
  | { readonly kind: 'again'; readonly delayMs: number };

export interface Next {
  readonly state: SlotState;
  readonly actions: readonly SlotAction[];
  /** When to come back with `time`; undefined when nothing waits for its time. */
  readonly wakeAtMs: number | undefined;
}
