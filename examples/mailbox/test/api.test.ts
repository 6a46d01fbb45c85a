import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { buildServer } from '../api/server.ts';
import { seededRandom } from '../storm/random.ts';
import { createMailSource } from '../storm/mail-source.ts';
import { filesIn, list, post, startApi, temporaryDirectory, textMail, until } from './support.ts';

test('a mail is delivered, listed, read, found and deleted', async (t) => {
  const { origin, directory } = await startApi(t);
  const mail = textMail('one@x', 'Garden party', 'The lanterns are in the shed.');

  const delivered = await post(origin, 'ada', 'key-1', mail);
  assert.equal(delivered.status, 201);
  const { id } = (await delivered.json()) as { id: string };
  assert.equal(delivered.headers.get('location'), `/mailboxes/ada/messages/${id}`);

  const { messages } = await list(origin, 'ada');
  assert.deepEqual(
    messages.map((message) => [message.id, message.messageId, message.subject, message.sizeBytes]),
    [[id, '<one@x>', 'Garden party', mail.length]],
  );

  const read = await fetch(`${origin}/mailboxes/ada/messages/${id}`);
  assert.equal(read.headers.get('content-type'), 'message/rfc822');
  assert.equal(read.headers.get('content-length'), String(mail.length));
  assert.equal(await read.text(), mail);

  const found = async (user: string, words: string): Promise<number> => {
    const response = await fetch(`${origin}/mailboxes/${user}/search?q=${encodeURIComponent(words)}`);
    assert.equal(response.status, 200);
    return ((await response.json()) as { messages: unknown[] }).messages.length;
  };
  assert.equal(await found('ada', 'lanterns party'), 1);
  assert.equal(await found('ada', 'lanterns absent'), 0);
  assert.equal(await found('ada', 'NEAR " ( subject:'), 0);
  assert.equal(await found('bob', 'lanterns'), 0);

  const remove = (): Promise<Response> =>
    fetch(`${origin}/mailboxes/ada/messages/${id}`, { method: 'DELETE' });
  assert.equal((await remove()).status, 204);
  assert.equal((await remove()).status, 404);
  assert.equal((await fetch(`${origin}/mailboxes/ada/messages/${id}`)).status, 404);
  assert.equal(await found('ada', 'lanterns'), 0);
  assert.deepEqual(await filesIn(directory), []);
});

test('who has a list or a mail already is told so, until it changes', async (t) => {
  const { origin } = await startApi(t);
  const delivered = await post(origin, 'ada', 'key-1', textMail('one@x', 'One', 'One.'));
  const { id } = (await delivered.json()) as { id: string };
  const paths = ['/mailboxes/ada/messages', `/mailboxes/ada/messages/${id}`];
  const ask = async (path: string, etag: string | null): Promise<readonly [number, string | null]> => {
    const response = await fetch(origin + path, { headers: etag === null ? {} : { 'if-none-match': etag } });
    await response.arrayBuffer();
    return [response.status, response.headers.get('etag')];
  };
  const etags: (string | null)[] = [];
  for (const path of paths) {
    const [status, etag] = await ask(path, null);
    assert.equal(status, 200);
    assert.deepEqual(await ask(path, etag), [304, etag]);
    etags.push(etag);
  }
  await post(origin, 'ada', 'key-2', textMail('two@x', 'Two', 'Two.'));
  assert.equal((await ask(paths[0] ?? '', etags[0] ?? null))[0], 200, 'the list has changed');
  assert.equal((await ask(paths[1] ?? '', etags[1] ?? null))[0], 304, 'the mail has not');
});

test('a list goes page by page, newest first', async (t) => {
  const { origin } = await startApi(t);
  for (let i = 1; i <= 5; i += 1)
    await post(origin, 'ada', `key-${i}`, textMail(`${i}@x`, `number ${i}`, 'x'));
  const first = await list(origin, 'ada', '?limit=3');
  const second = await list(origin, 'ada', `?limit=3&before=${first.next}`);
  assert.deepEqual(
    first.messages.map(({ subject }) => subject),
    ['number 5', 'number 4', 'number 3'],
  );
  assert.deepEqual(
    second.messages.map(({ subject }) => subject),
    ['number 2', 'number 1'],
  );
  assert.equal(second.next, undefined);
});

test('a repeated idempotency key changes nothing', async (t) => {
  const { origin, directory } = await startApi(t);
  const mail = textMail('one@x', 'once', 'x');
  const first = await post(origin, 'ada', 'key-1', mail);
  const again = await post(origin, 'ada', 'key-1', mail);
  assert.deepEqual([first.status, again.status], [201, 200]);
  assert.deepEqual(await again.json(), await first.json());
  assert.equal((await list(origin, 'ada')).messages.length, 1);
  assert.equal((await filesIn(directory)).length, 1);
  assert.equal((await post(origin, 'bob', 'key-1', mail)).status, 201, 'the key belongs to one mailbox');
});

test('of deliveries with the same key at once, one is stored', async (t) => {
  const { origin, directory } = await startApi(t);
  const mail = await buffer(
    createMailSource(1).open({ messageId: '<one@x>', user: 'ada', sizeBytes: 300_000 }),
  );
  const responses = await Promise.all(Array.from({ length: 8 }, () => post(origin, 'ada', 'key-1', mail)));
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 200, 201]);
  const ids = await Promise.all(
    responses.map(async (response) => ((await response.json()) as { id: string }).id),
  );
  assert.equal(new Set(ids).size, 1);
  assert.equal((await filesIn(directory)).length, 1);
});

test('an upload that breaks off leaves neither row nor file', async (t) => {
  const { origin, directory } = await startApi(t);
  const upload = request(`${origin}/mailboxes/ada/messages`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', 'idempotency-key': 'key-1', 'content-length': 1_000_000 },
  });
  upload.on('error', () => {});
  upload.write(textMail('one@x', 'broken', 'x'.repeat(100_000)));
  await until(async () => (await filesIn(directory)).length === 1);
  upload.destroy();
  await until(async () => (await filesIn(directory)).length === 0);
  assert.deepEqual((await list(origin, 'ada')).messages, []);
  assert.equal((await post(origin, 'ada', 'key-1', textMail('one@x', 'whole', 'x'))).status, 201);
});

test('what a process that died has left is removed at the start', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'incoming'), { recursive: true });
  // No process has this number: Linux ends at 2^22.
  await writeFile(join(directory, 'incoming', '99999999-dead'), 'half a mail');
  await writeFile(join(directory, 'incoming', `${process.ppid}-alive`), 'still being written');
  const app = await buildServer({ dataDirectory: directory });
  t.after(() => app.close());
  assert.deepEqual(await filesIn(directory), [`${process.ppid}-alive`]);
});

test('a mail over the limit is refused and leaves nothing', async (t) => {
  const { origin, directory } = await startApi(t, 50_000);
  const mail = textMail('one@x', 'large', 'x'.repeat(60_000));
  assert.equal((await post(origin, 'ada', 'key-1', mail)).status, 413);

  const chunked = request(`${origin}/mailboxes/ada/messages`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822', 'idempotency-key': 'key-2' },
  });
  chunked.on('error', () => {});
  chunked.write(mail.slice(0, 30_000));
  chunked.end(mail.slice(30_000));
  const [response] = (await once(chunked, 'response')) as [{ statusCode: number; resume(): void }];
  response.resume();
  assert.equal(response.statusCode, 413);
  await until(async () => (await filesIn(directory)).length === 0);
});

test('what is not a mail is still kept as it came', async (t) => {
  const { origin } = await startApi(t);
  const bytes = Buffer.from([0, 255, 13, 10, 13, 10, 0, 254, 61, 63]);
  const delivered = await post(origin, 'ada', 'key-1', bytes);
  assert.equal(delivered.status, 201);
  const { id } = (await delivered.json()) as { id: string };
  const read = await fetch(`${origin}/mailboxes/ada/messages/${id}`);
  assert.deepEqual(Buffer.from(await read.arrayBuffer()), bytes);
});

test('a mail that was cut off or mangled before it came to us is taken as it is', async (t) => {
  const { origin } = await startApi(t);
  const random = seededRandom(1);
  const whole = await buffer(
    createMailSource(1).open({ messageId: '<one@x>', user: 'ada', sizeBytes: 20_000 }),
  );
  for (let i = 0; i < 40; i += 1) {
    const mail = Buffer.from(whole.subarray(0, Math.floor(random() * whole.length)));
    for (let j = 0; j < i; j += 1) mail[Math.floor(random() * mail.length)] = random() * 256;
    const delivered = await post(origin, 'ada', `key-${i}`, mail);
    assert.equal(delivered.status, 201);
  }
});

test('attachments are counted and hashed, not kept in memory', async (t) => {
  const { origin } = await startApi(t);
  const mail = await buffer(
    createMailSource(1).open({ messageId: '<one@x>', user: 'ada', sizeBytes: 500_000 }),
  );
  assert.equal((await post(origin, 'ada', 'key-1', mail)).status, 201);
  const [message] = (await list(origin, 'ada')).messages;
  assert.equal(message?.sizeBytes, 500_000);
  assert.equal(message?.attachments.length, 1);
  const attachmentBytes = message?.attachments[0]?.sizeBytes ?? 0;
  assert.ok(attachmentBytes > 340_000 && attachmentBytes < 370_000, `got ${attachmentBytes}`);
});

test('bad requests are answered as such', async (t) => {
  const { origin } = await startApi(t);
  assert.equal((await fetch(`${origin}/mailboxes/..%2fx/messages`)).status, 400);
  assert.equal((await fetch(`${origin}/mailboxes/ada/messages?limit=1000`)).status, 400);
  assert.equal((await fetch(`${origin}/mailboxes/ada/search`)).status, 400);
  const noKey = await fetch(`${origin}/mailboxes/ada/messages`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body: 'x',
  });
  assert.equal(noKey.status, 400);
  assert.equal((await fetch(`${origin}/health`)).status, 200);
});
