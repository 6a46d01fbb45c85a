import type { Payload } from './payload.ts';
import type { Failure } from './queue.ts';

/** A place that is notified of incidents. */
export interface Channel {
  /** `webhook hooks.example.com`: for the log, without secrets. */
  readonly name: string;
  /** One try. Never rejects; ends early, as a failure, when `signal` aborts. */
  send(payload: Payload, signal: AbortSignal): Promise<Failure | undefined>;
}

export function failure(reason: string, hopeless: boolean = false, retryAfterMs: number = 0): Failure {
  return { reason, hopeless, retryAfterMs };
}
