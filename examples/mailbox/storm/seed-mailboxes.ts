import { buffer } from 'node:stream/consumers';
import type { Pool } from 'undici';
import { createMailSource } from './mail-source.ts';
import { seededRandom } from './random.ts';

const FROM_BYTES = 3000;
const TO_BYTES = 40_000;
const ATTEMPTS = 50;

/** Gives every user some mail to read before anything is measured. */
export async function seedMailboxes(
  api: Pool,
  users: readonly string[],
  mailsEach: number,
  signal: AbortSignal,
): Promise<void> {
  const source = createMailSource(1);
  const random = seededRandom(1);
  for (let i = 0; i < mailsEach; i += 1) {
    for (const user of users) {
      const messageId = `<seed.${user}.${i}@storm.example>`;
      const sizeBytes = Math.round(FROM_BYTES + random() * (TO_BYTES - FROM_BYTES));
      const body = await buffer(source.open({ messageId, user, sizeBytes }));
      await put(api, user, messageId, body, signal);
    }
  }
}

async function put(
  api: Pool,
  user: string,
  messageId: string,
  mail: Buffer,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { statusCode, body } = await api.request({
      path: `/mailboxes/${user}/messages`,
      method: 'POST',
      headers: { 'content-type': 'message/rfc822', 'idempotency-key': messageId },
      body: mail,
      signal,
    });
    await body.dump();
    if (statusCode === 201 || statusCode === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${user}'s mailbox could not be filled`);
}
