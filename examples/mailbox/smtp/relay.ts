import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { MessageHead } from './message-head.ts';

export interface RelayMessage {
  readonly user: string;
  readonly idempotencyKey: string;
  readonly head: MessageHead;
  /** What follows the head. It is not touched unless the Mailbox server asks for the body, nor ever destroyed. */
  readonly rest: Readable;
}

export type RelayOutcome =
  /** It is in the mailbox: 201, or 200 when it was there already. */
  | { readonly kind: 'delivered' }
  /** Not now: 429 or 503. */
  | { readonly kind: 'refused'; readonly retryAfterMs: number }
  /** Never: the Mailbox server says that the message itself is wrong. */
  | { readonly kind: 'rejected'; readonly status: number }
  /** No answer, or none that makes sense. It may have been stored; the idempotency key makes another try safe. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Long enough for a busy server, short of the minutes after which senders give up on us. */
const SILENCE_TIMEOUT_MS = 60_000;
const DEFAULT_RETRY_AFTER_MS = 1000;

/**
 * Hands a message to the Mailbox server. `Expect: 100-continue` asks before the body is sent, so a refusal costs a few
 * hundred bytes whatever the size of the mail.
 */
export function relay(mailboxServer: URL, agent: Agent, message: RelayMessage): Promise<RelayOutcome> {
  const { head, rest } = message;
  return new Promise((resolve) => {
    const request = httpRequest(
      new URL(`/mailboxes/${encodeURIComponent(message.user)}/messages`, mailboxServer),
      {
        method: 'POST',
        agent,
        timeout: SILENCE_TIMEOUT_MS,
        headers: {
          'content-type': 'message/rfc822',
          'idempotency-key': message.idempotencyKey,
          expect: '100-continue',
          ...(head.complete ? { 'content-length': head.bytes.length } : { 'transfer-encoding': 'chunked' }),
        },
      },
    );
    const onSenderGone = (): void => {
      if (!rest.readableEnded) request.destroy(new Error('the sender left in the middle of a message'));
    };
    const settle = (outcome: RelayOutcome): void => {
      rest.off('close', onSenderGone);
      rest.unpipe(request);
      resolve(outcome);
    };
    rest.once('close', onSenderGone);
    request.once('continue', () => sendBody(request, head, rest));
    request.once('timeout', () => request.destroy(new Error('the mailbox server was silent for too long')));
    request.on('error', (error) => settle({ kind: 'unreachable', reason: error.message }));
    request.once('response', (response) => {
      const outcome = outcomeOf(response);
      // A connection on which we still owe a body is of no further use.
      response.resume();
      if (!request.writableEnded) request.destroy();
      settle(outcome);
    });
  });
}

function sendBody(request: ClientRequest, head: MessageHead, rest: Readable): void {
  if (head.complete) {
    request.end(head.bytes);
    return;
  }
  request.write(head.bytes);
  rest.pipe(request);
}

function outcomeOf(response: IncomingMessage): RelayOutcome {
  const status = response.statusCode ?? 0;
  if (status === 201 || status === 200) return { kind: 'delivered' };
  if (status === 429 || status === 503)
    return { kind: 'refused', retryAfterMs: retryAfterMs(response.headers['retry-after']) };
  if (status >= 400 && status < 500) return { kind: 'rejected', status };
  return { kind: 'unreachable', reason: `the mailbox server answered ${status}` };
}

function retryAfterMs(header: string | undefined): number {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? seconds * 1000 : DEFAULT_RETRY_AFTER_MS;
}
