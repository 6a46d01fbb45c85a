import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { framedBytes, mailsOf } from '../socket/mails.ts';
import { createMailboxServer } from '../socket/server.ts';
import { type WriterName, WRITERS } from '../socket/writers.ts';

/** What the server answers to these commands, until it ends the connection. */
async function session(t: TestContext, writer: WriterName, commands: string): Promise<string[]> {
  const server = createMailboxServer(writer).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  socket.end(commands);
  const received: Buffer[] = [];
  for await (const bytes of socket as AsyncIterable<Buffer>) received.push(bytes);
  const answer = Buffer.concat(received);
  const messages: string[] = [];
  for (let at = 0; at < answer.length;) {
    const bytes = Number(answer.toString('latin1', at, at + 9));
    const head = framedBytes(Buffer.alloc(0));
    messages.push(answer.toString('latin1', at + head, at + head + bytes));
    at += head + bytes;
  }
  return messages;
}

for (const writer of Object.keys(WRITERS) as WriterName[]) {
  test(`${writer}: every answer whole and in order, whatever came at once`, async (t) => {
    const mails = mailsOf('user1').map(String);
    assert.equal(mails.length, 50);
    assert.ok(mails.every(({ length }) => length === 8192));
    assert.deepEqual(await session(t, writer, 'NOOP\r\nFETCH user1\r\nFETCH\r\nNOOP\r\n'), [
      '+OK',
      '+OK 50 8192',
      ...mails,
      '-ERR FETCH <user> or NOOP',
      '+OK',
    ]);
  });
}

test('a line that never ends is not kept: the connection is cut', async (t) => {
  await assert.rejects(session(t, 'writability', 'x'.repeat(1_000_000)), { code: 'ECONNRESET' });
});
