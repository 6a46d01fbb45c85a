import type { RequestInFlight } from './in-flight/request.ts';

/** Hears of every request while a load shape is recorded: when it came, and when its response has ended. */
export interface RequestRecorder {
  /** @param isShed It was shed: nothing more is reported of it. */
  arrived(request: RequestInFlight, isShed: boolean): void;
  /** Called once for each request that was let in. */
  ended(request: RequestInFlight): void;
}
