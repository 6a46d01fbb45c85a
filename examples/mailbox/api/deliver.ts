import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { BodyFiles } from './body-files.ts';
import type { MessageIndex } from './index-store.ts';
import { MimeSummary } from './mime-summary.ts';

export interface Delivery {
  readonly user: string;
  readonly idempotencyKey: string;
  readonly body: Readable;
  readonly maxMessageBytes: number;
}

/** `stored` is on the disk; `known` was there before; nothing is left of a message that was too large or broke off. */
export type DeliveryResult =
  | { readonly kind: 'stored'; readonly id: string }
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'too-large' };

const SNIPPET_CHARACTERS = 160;
const SEARCH_CHARACTERS = 64 * 1024;

/** Takes a message in. Rejects when the sender breaks off or the disk fails, and leaves nothing then. */
export async function deliver(
  delivery: Delivery,
  index: MessageIndex,
  files: BodyFiles,
): Promise<DeliveryResult> {
  const { user, idempotencyKey } = delivery;
  const earlier = index.findByKey(user, idempotencyKey);
  if (earlier !== undefined) return { kind: 'known', id: earlier };

  const body = files.create();
  const mime = new MimeSummary();
  let sizeBytes = 0;
  try {
    await pipeline(
      delivery.body,
      async function* readOnTheWay(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          sizeBytes += chunk.length;
          if (sizeBytes > delivery.maxMessageBytes) throw new MessageTooLarge();
          await mime.write(chunk);
          yield chunk;
        }
      },
      createGzip(),
      body.file,
    );
    const summary = await mime.end();
    await body.keep();
    const text = summary.text.slice(0, SEARCH_CHARACTERS);
    const isNew = index.add({
      id: body.id,
      user,
      idempotencyKey,
      messageId: summary.messageId,
      sender: summary.sender,
      subject: summary.subject,
      snippet: text.slice(0, SNIPPET_CHARACTERS).replaceAll(/\s+/g, ' ').trim(),
      sizeBytes,
      receivedAtMs: Date.now(),
      attachments: summary.attachments,
      searchText: text,
    });
    if (isNew) return { kind: 'stored', id: body.id };
    // The same message came in twice at once, and the other was first.
    await body.discard();
    return { kind: 'known', id: index.findByKey(user, idempotencyKey) ?? body.id };
  } catch (error) {
    mime.destroy();
    await body.discard();
    if (error instanceof MessageTooLarge) return { kind: 'too-large' };
    throw error;
  }
}

class MessageTooLarge extends Error {}
