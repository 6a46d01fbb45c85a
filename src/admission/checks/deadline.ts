import type { RequestInFlight } from '../in-flight/request.ts';
import type { Check } from './check.ts';

/** Sheds a request whose caller no longer waits for the answer. */
export class DeadlineCheck implements Check {
  readonly reason = 'deadline';

  admits({ deadlineMs, arrivedMs }: RequestInFlight, nowMs: number): boolean {
    return deadlineMs === undefined || deadlineMs > nowMs - arrivedMs;
  }
}
