import { RespiteError } from '../core/errors.ts';
import type { HeldBack } from './peer/peer.ts';
import type { HeldBackReason } from './peer/counts.ts';

/** A call that the client did not send. */
export class HeldBackError extends RespiteError {
  /** Why the call was not sent. */
  readonly reason: HeldBackReason;
  /** When it is worth calling again, in ms from now. */
  readonly retryAfterMs: number;

  /** The client creates these errors; your code catches them. */
  constructor(origin: string, { reason, waitMs }: HeldBack) {
    super('RESPITE_CLIENT_HELD_BACK', messageOf(origin, reason));
    this.reason = reason;
    this.retryAfterMs = waitMs;
  }
}

const WHY: Readonly<Record<HeldBackReason, string>> = {
  'retry-after': 'it asked to be called later',
  'circuit-open': 'it has answered nothing lately, and the circuit is open',
  throttled: 'it serves too few of the calls',
  deadline: 'the deadline of the call has passed',
};

function messageOf(origin: string, reason: HeldBackReason): string {
  return `call to ${origin} was not sent: ${WHY[reason]}`;
}

/** Header that tells a response of the client from one of the origin. */
const HELD_BACK_HEADER = 'respite-held-back';

/** Status, headers and text of a call that was not sent. No cache may store it. */
export function heldBackAnswer(
  origin: string,
  { reason, waitMs }: HeldBack,
): { status: number; statusText: string; headers: Record<string, string>; body: string } {
  return {
    status: 503,
    statusText: 'Service Unavailable',
    headers: {
      [HELD_BACK_HEADER]: reason,
      'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))),
      'cache-control': 'no-store',
      'content-type': 'text/plain; charset=utf-8',
    },
    body: `${messageOf(origin, reason)}\n`,
  };
}
