import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { balance, type MailRecord } from '../storm/accounts.ts';
import { waitMs } from '../storm/backoff.ts';
import { mailboxNames, MEAN_MAIL_BYTES, planMail } from '../storm/mail-plan.ts';
import { createMailSource } from '../storm/mail-source.ts';

const record = (
  messageId: string,
  state: MailRecord['state'],
  rest: Partial<MailRecord> = {},
): MailRecord => ({
  messageId,
  sizeBytes: 1000,
  state,
  attempts: 1,
  refusals: 0,
  failures: 0,
  ...rest,
});

test('every mail is accounted for', () => {
  const accounts = balance(
    [
      record('stored', 'accepted'),
      record('twice', 'accepted', { attempts: 2, failures: 1 }),
      record('vanished', 'accepted'),
      record('waiting', 'queued', { attempts: 3, refusals: 3 }),
      record('reply lost', 'queued', { attempts: 1, failures: 1 }),
      record('never tried', 'queued', { attempts: 0 }),
      record('wrong', 'rejected'),
    ],
    new Map([
      ['stored', 1],
      ['twice', 2],
      ['reply lost', 1],
      ['of somebody else', 1],
    ]),
  );
  assert.deepEqual(accounts, {
    sent: 6,
    accepted: 3,
    refused: 3,
    failed: 2,
    rejected: 1,
    delivered: 3,
    lost: 1,
    duplicated: 1,
    queued: 3,
    acceptedBytes: 3000,
  });
});

test('a plan is the same for the same seed, in its phases, at its rate and of its sizes', () => {
  const users = mailboxNames(5);
  const phases = [
    { fromMs: 0, untilMs: 1000, mailsPerSecond: 0 },
    { fromMs: 1000, untilMs: 101_000, mailsPerSecond: 100 },
  ];
  const mails = planMail(1, phases, users);
  assert.deepEqual(planMail(1, phases, users), mails);
  assert.notDeepEqual(planMail(2, phases, users), mails);
  assert.ok(Math.abs(mails.length - 10_000) < 400, `got ${mails.length}`);
  assert.ok(mails.every(({ atMs }) => atMs >= 1000 && atMs < 101_000));
  assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, mails.length);
  assert.ok(mails.every(({ sizeBytes }) => sizeBytes >= 4000 && sizeBytes <= 40_000_000));
  const mean = mails.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / mails.length;
  assert.ok(Math.abs(mean / MEAN_MAIL_BYTES - 1) < 0.15, `got ${mean}, expected about ${MEAN_MAIL_BYTES}`);
});

test('a plan has an end however fast it is', () => {
  const phases = [{ fromMs: 0, untilMs: 1e9, mailsPerSecond: 1e6 }];
  assert.equal(planMail(1, phases, ['a']).length, 50_000);
});

test('senders wait longer each time, up to a limit, and never in step', () => {
  const backoff = { firstMs: 1000, longestMs: 6000 };
  const waits = (random: number): number[] => [1, 2, 3, 4, 5].map((n) => waitMs(backoff, n, () => random));
  assert.deepEqual(waits(0.5), [1000, 2000, 4000, 6000, 6000]);
  assert.deepEqual(waits(0), [500, 1000, 2000, 3000, 3000]);
});

test('a mail has exactly the size it should have and is always the same', async () => {
  for (const sizeBytes of [4000, 100_001, 1_234_567]) {
    const mail = { messageId: '<m@x>', user: 'user1', sizeBytes };
    const bytes = await buffer(createMailSource(3).open(mail));
    assert.equal(bytes.length, sizeBytes);
    assert.deepEqual(bytes, await buffer(createMailSource(3).open(mail)));
  }
});
