import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** The first bytes of a message: enough for its header. Small messages fit in whole. */
export interface MessageHead {
  readonly bytes: Buffer;
  /** There is nothing after `bytes`. */
  readonly complete: boolean;
}

/** Maximum of a message that is handed over as a whole. */
export const HEAD_BYTES: number = 64 * 1024;

/** Reads until HEAD_BYTES or the end, and leaves the rest unread: that holds the sender back. */
export async function readHead(stream: Readable): Promise<MessageHead> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) {
      chunks.push(chunk);
      length += chunk.length;
    } else if (stream.readableEnded) {
      return { bytes: Buffer.concat(chunks), complete: true };
    } else if (stream.destroyed) {
      throw new Error('the sender left in the middle of a message');
    } else {
      await nextEvent(stream);
    }
  }
  return { bytes: Buffer.concat(chunks), complete: false };
}

async function nextEvent(stream: Readable): Promise<void> {
  const abort = new AbortController();
  const { signal } = abort;
  await Promise.race(
    ['readable', 'end', 'close'].map((event) => once(stream, event, { signal }).catch(() => undefined)),
  );
  abort.abort();
}

/**
 * The same for every attempt at the same message, so that a sender whose 250 was lost can't put it in the mailbox twice.
 * A message without Message-ID is known by its header: a sender that retries sends the same one.
 */
export function idempotencyKey(sender: string, recipient: string, head: Buffer): string {
  const header = headerOf(head);
  const identity = /^message-id:\s*(\S+)/im.exec(header)?.[1] ?? header;
  return createHash('sha256').update(`${sender}\0${recipient}\0${identity}`).digest('hex');
}

function headerOf(head: Buffer): string {
  // How much more than HEAD_BYTES there is depends on how the network cut the message up.
  const bounded = head.subarray(0, HEAD_BYTES);
  const end = bounded.indexOf('\r\n\r\n');
  return bounded.toString('latin1', 0, end === -1 ? bounded.length : end);
}
