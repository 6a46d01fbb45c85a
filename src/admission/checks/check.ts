import type { RequestInFlight } from '../in-flight/request.ts';
import type { ShedReason } from '../stats.ts';

/** One rule that can shed a request. Exempt requests pass no check. */
export interface Check {
  /** The reason that a request it sheds is counted and answered with. */
  readonly reason: ShedReason;
  admits(request: RequestInFlight, nowMs: number): boolean;
}
