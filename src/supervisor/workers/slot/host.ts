// What a slot needs of its surroundings: the worker that it holds, and the pool that it belongs to.
import type { HealedCause } from '../../causes.ts';
import type { RestartCause } from '../status.ts';
import type { Aftermath, SlotRules } from './state.ts';

/** A worker as its slot sees it. */
export interface SlotWorker {
  readonly id: number;
  /** It was a standby, and serves as soon as it hears that it is to. */
  readonly isWarm: boolean;
  /** Lets it finish its requests, and ends it with this signal. */
  end(signal: NodeJS.Signals): void;
  /** @param because Why, as the rest of a sentence that begins with "it". */
  kill(because: string): void;
}

/** What a slot needs of the pool that it belongs to, and tells it. */
export interface SlotHost<Worker extends SlotWorker> {
  readonly rules: SlotRules;
  /** From a clock that is never set, in ms. */
  readonly nowMs: () => number;
  /** A standby can take the place of this slot's worker. */
  hasStandby(slot: number): boolean;
  /** Gets a standby, or starts a process. A text says why there is none. */
  spawn(slot: number): Worker | string;
  /** Calls `granted` when another start may begin, with what gives the turn back. */
  askTurn(cause: HealedCause | 'rolling', granted: (release: () => void) => void): void;
  counted(cause: RestartCause): void;
  /** A worker is not ready in time. @param isAlone No other worker serves in its slot. */
  late(worker: Worker, afterMs: number, isAlone: boolean): void;
  /** A worker has ended, or could not be started, that was to serve. @param worker Undefined where there is none. */
  died(slot: number, worker: Worker | undefined, after: Aftermath): void;
  putOff(worker: Worker, delayMs: number, recentFaults: number): void;
  /** A rolling restart has failed here. @param worker The new one, if there was any. */
  renewalFailed(slot: number, worker: Worker | undefined, problem: string): void;
  /** A rolling restart has put a new worker here, and the old one leaves. */
  renewed(slot: number): void;
  /** A worker serves again after a fault. */
  back(slot: number): void;
  /** It has done so for long enough. */
  resolved(slot: number): void;
  /** No process is left, and none will come. */
  emptied(): void;
}
