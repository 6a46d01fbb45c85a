// A slot and its processes in standby-histories.test.ts, without a driver.
import { EMPTY_SLOT, type SlotEvent, type SlotRules, type SlotState } from './state.ts';

const SERVES: SlotRules = {
  isStandby: false,
  startTimeoutMs: 60_000,
  deployTimeoutMs: 15_000,
  stableMs: 10_000,
  loopStableMs: 60_000,
};

export interface Process {
  place: Place;
  isWarm: boolean;
  /** It serves requests. */
  isReady: boolean;
  isDismissed: boolean;
}

/** One slot, and what its driver has. */
export class Place {
  readonly rules: SlotRules;
  state: SlotState = EMPTY_SLOT;
  wakeAtMs: number | undefined;
  turnsAsked = 0;
  turnsHeld = 0;
  isEmptied = 0;
  readonly events: SlotEvent[] = [];
  isBusy = false;

  constructor(isStandby: boolean) {
    this.rules = { ...SERVES, isStandby };
  }

  /** It has no healthy worker. */
  get lacks(): boolean {
    const { isWanted, serving, trial } = this.state;
    return isWanted && trial === undefined && (serving === undefined || serving.sick !== undefined);
  }
}
