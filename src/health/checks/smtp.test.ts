import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { smtp } from './smtp.ts';

/** A server that says its lines, one after each that it hears, and then closes. */
async function serving(
  t: TestContext,
  ...replies: readonly string[]
): Promise<[port: number, heard: string[]]> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    const left = [...replies];
    const say = (): void => {
      const reply = left.shift();
      if (reply === undefined) socket.end();
      else socket.write(reply);
    };
    socket.on('data', (chunk) => {
      heard.push(String(chunk));
      say();
    });
    socket.on('error', () => {});
    say();
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return [(server.address() as AddressInfo).port, heard];
}

const { signal } = new AbortController();

test('greeting, EHLO in several lines, QUIT', async (t) => {
  const [port, heard] = await serving(
    t,
    '220-mail\r\n220 ready\r\n',
    '250-mail\r\n250 SIZE 100\r\n',
    '221 bye\r\n',
  );
  const found = await smtp('127.0.0.1', { port, clientName: 'probe.example' }).run(signal);
  assert.deepEqual(found, { details: { banner: 'ready' } });
  assert.deepEqual(heard, ['EHLO probe.example\r\n', 'QUIT\r\n']);
});

test('a server that closes at QUIT is healthy', async (t) => {
  const [port] = await serving(t, '220 mail\r\n', '250 mail\r\n');
  assert.deepEqual(await smtp('127.0.0.1', { port }).run(signal), { details: { banner: 'mail' } });
});

for (const [name, replies, message] of [
  ['too busy', ['421 too busy\r\n'], 'expected 220, got "421 too busy"'],
  ['refusing EHLO', ['220 mail\r\n', '502 no\r\n'], 'expected 250, got "502 no"'],
  ['no mail server', ['HTTP/1.1 400 Bad Request\r\n'], 'expected 220, got "HTTP/1.1 400 Bad Request"'],
  ['silent', [], 'the connection was closed'],
  ['talkative', ['220'.padEnd(100_000, 'x')], 'the answer is too long'],
] as const) {
  test(`${name}: ${message}`, async (t) => {
    const [port] = await serving(t, ...replies);
    await assert.rejects(smtp('127.0.0.1', { port }).run(signal), { message });
  });
}
