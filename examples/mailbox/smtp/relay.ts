import { request as httpRequest, type Agent, type ClientRequest } from 'node:http';
import type { Readable } from 'node:stream';
import type { Client } from 'respite/client';
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

/** What a message is handed over by. */
export interface Way {
  readonly mailboxServer: URL;
  /** For messages that are there as a whole. */
  readonly client: Client;
  /** For those that are streamed. */
  readonly agent: Agent;
}

/** Hands a message to the Mailbox server. */
export async function relay(way: Way, message: RelayMessage): Promise<RelayOutcome> {
  return await (message.head.complete ? relayWhole(way, message) : relayStream(way, message));
}

/** Through a client that knows how the Mailbox server is: what it would refuse is not sent, and a broken connection is repaired. */
async function relayWhole(
  { mailboxServer, client }: Way,
  { user, idempotencyKey, head }: RelayMessage,
): Promise<RelayOutcome> {
  try {
    const response = await client.fetch(messagesOf(user, mailboxServer), {
      method: 'POST',
      headers: { 'content-type': 'message/rfc822', 'idempotency-key': idempotencyKey },
      body: new Uint8Array(head.bytes),
    });
    await response.arrayBuffer();
    return outcomeOf(response.status, response.headers.get('retry-after') ?? undefined);
  } catch (error) {
    return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * A stream can be sent once, so no client can repeat it. `Expect: 100-continue` asks before the body is sent, so a refusal costs a few
 * hundred bytes whatever the size of the mail.
 */
function relayStream({ mailboxServer, agent }: Way, message: RelayMessage): Promise<RelayOutcome> {
  const { head, rest } = message;
  return new Promise((resolve) => {
    const request = httpRequest(messagesOf(message.user, mailboxServer), {
      method: 'POST',
      agent,
      timeout: SILENCE_TIMEOUT_MS,
      headers: {
        'content-type': 'message/rfc822',
        'idempotency-key': message.idempotencyKey,
        expect: '100-continue',
        'transfer-encoding': 'chunked',
      },
    });
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
      const outcome = outcomeOf(response.statusCode ?? 0, response.headers['retry-after']);
      // A connection on which we still owe a body is of no further use.
      response.resume();
      if (!request.writableEnded) request.destroy();
      settle(outcome);
    });
  });
}

function sendBody(request: ClientRequest, head: MessageHead, rest: Readable): void {
  request.write(head.bytes);
  rest.pipe(request);
}

function messagesOf(user: string, mailboxServer: URL): URL {
  return new URL(`/mailboxes/${encodeURIComponent(user)}/messages`, mailboxServer);
}

function outcomeOf(status: number, retryAfter: string | undefined): RelayOutcome {
  if (status === 201 || status === 200) return { kind: 'delivered' };
  if (status === 429 || status === 503) return { kind: 'refused', retryAfterMs: retryAfterMs(retryAfter) };
  if (status >= 400 && status < 500) return { kind: 'rejected', status };
  return { kind: 'unreachable', reason: `the mailbox server answered ${status}` };
}

function retryAfterMs(header: string | undefined): number {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? seconds * 1000 : DEFAULT_RETRY_AFTER_MS;
}
