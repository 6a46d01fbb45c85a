import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createTransport } from 'nodemailer';
import { createMailSource } from '../storm/mail-source.ts';
import { filesIn, list, startApi, startGateway, textMail, until } from './support.ts';

interface Reply {
  readonly code: number;
  readonly text: string;
}

/** Sends one mail as another mail server would, and returns the reply that settled it. */
async function send(
  port: number,
  mail: string,
  to: string | string[] = 'user1@mailbox.example',
): Promise<Reply> {
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    requireTLS: true,
    tls: { rejectUnauthorized: false },
  });
  try {
    const info = await transport.sendMail({ envelope: { from: 'ada@elsewhere.example', to }, raw: mail });
    return { code: Number(info.response.slice(0, 3)), text: info.response };
  } catch (error) {
    const { responseCode = 0, response = String(error) } = error as {
      responseCode?: number;
      response?: string;
    };
    return { code: responseCode, text: response };
  } finally {
    transport.close();
  }
}

/** A sender that can stop anywhere: says each line after the reply to the one before. */
async function dial(port: number, lines: readonly string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'data');
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    await once(socket, 'data');
  }
  return socket;
}

/** A Mailbox server that answers as told, before it has read any body. */
async function fakeApi(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer).on('checkContinue', answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

test('a mail comes in over SMTP with STARTTLS and is in the mailbox', async (t) => {
  const { origin } = await startApi(t);
  const port = await startGateway(t, origin);
  assert.equal((await send(port, textMail('one@x', 'hello', '.leading dot'))).code, 250);
  const { messages } = await list(origin, 'user1');
  assert.deepEqual(
    messages.map(({ subject }) => subject),
    ['hello'],
  );
  const read = await fetch(`${origin}/mailboxes/user1/messages/${messages[0]?.id}`);
  assert.match(await read.text(), /\r\n\.leading dot\r\n/);
});

test('a sender that lost the reply and sends again gets 250, and the mail is there once', async (t) => {
  const { origin } = await startApi(t);
  const port = await startGateway(t, origin);
  const withoutId = textMail('x', 'no id', 'x').replace(/Message-ID:.*\r\n/, '');
  for (const mail of [textMail('one@x', 'first', 'x'), withoutId]) {
    assert.equal((await send(port, mail)).code, 250);
    assert.equal((await send(port, mail)).code, 250);
  }
  assert.equal((await list(origin, 'user1')).messages.length, 2);
});

test('a large mail streams through', async (t) => {
  const { origin } = await startApi(t);
  const port = await startGateway(t, origin);
  const transport = createTransport({ host: '127.0.0.1', port, tls: { rejectUnauthorized: false } });
  const raw = createMailSource(1).open({ messageId: '<big@x>', user: 'user1', sizeBytes: 3_000_000 });
  await transport.sendMail({ envelope: { from: 'a@x.example', to: 'user1@mailbox.example' }, raw });
  transport.close();
  assert.equal((await list(origin, 'user1')).messages[0]?.sizeBytes, 3_000_000);
});

for (const status of [429, 503]) {
  test(`${status} from the mailbox server becomes 451 4.3.2, and is remembered at MAIL FROM`, async (t) => {
    let asked = 0;
    let bodyBytes = 0;
    const origin = await fakeApi(t, (request, response) => {
      asked += 1;
      request.on('data', (chunk: Buffer) => {
        bodyBytes += chunk.length;
      });
      response.writeHead(status, { 'retry-after': '60' }).end();
    });
    // The refusal is remembered for longer than a test takes on a busy machine.
    const port = await startGateway(t, origin, { probeIntervalMs: 3_600_000, longestMemoryMs: 3_600_000 });
    const mail = textMail('one@x', 'refused', 'x'.repeat(500_000));
    const first = await send(port, mail);
    assert.equal(first.code, 451);
    assert.match(first.text, /^451 4\.3\.2 /);
    assert.equal(bodyBytes, 0, 'the body is not sent to a server that has refused it');

    // One at a time is always let through, to see whether the server has recovered; a second beside it is not.
    const other = await dial(port, ['EHLO x', 'MAIL FROM:<a@x.example>']);
    const askedBefore = asked;
    assert.match((await send(port, mail)).text, /^451 4\.3\.2 /);
    assert.equal(asked, askedBefore);
    other.destroy();
  });
}

test('a small mail is offered to a mailbox server that has refused a large one', async (t) => {
  const origin = await fakeApi(t, (_request, response) => {
    response.writeHead(429, { 'retry-after': '5' }).end();
  });
  const port = await startGateway(t, origin);
  assert.equal((await send(port, textMail('one@x', 'refused', 'x'.repeat(500_000)))).code, 451);
  const other = await dial(port, ['EHLO x', 'MAIL FROM:<a@x.example>']);
  const small = await dial(port, ['EHLO x']);
  for (const [bytes, code] of [
    [500_000, '451'],
    [1000, '250'],
  ] as const) {
    small.write(`MAIL FROM:<a@x.example> SIZE=${bytes}\r\n`);
    const [reply] = (await once(small, 'data')) as [Buffer];
    assert.equal(reply.toString().slice(0, 3), code);
  }
  small.destroy();
  other.destroy();
});

test('a mailbox server that is not there becomes 451', async (t) => {
  const port = await startGateway(t, 'http://127.0.0.1:1');
  const reply = await send(port, textMail('one@x', 'hello', 'x'));
  assert.match(reply.text, /^451 4\.3\.2 /);
});

test('a mailbox server that dies in the middle of a mail becomes 451', async (t) => {
  const origin = await fakeApi(t, (request, response) => {
    response.writeContinue();
    request.once('data', () => request.socket.destroy());
  });
  const port = await startGateway(t, origin);
  const reply = await send(port, textMail('one@x', 'hello', 'x'.repeat(2_000_000)));
  assert.match(reply.text, /^451 4\.3\.2 /);
});

test('a mail that the mailbox server calls wrong is refused for good', async (t) => {
  const origin = await fakeApi(t, (_request, response) => response.writeHead(400).end());
  const port = await startGateway(t, origin);
  assert.equal((await send(port, textMail('one@x', 'hello', 'x'))).code, 554);
});

test('a sender that leaves in the middle of a mail leaves nothing', async (t) => {
  const { origin, directory } = await startApi(t);
  const port = await startGateway(t, origin);
  const socket = await dial(port, [
    'EHLO x',
    'MAIL FROM:<a@x.example>',
    'RCPT TO:<user1@mailbox.example>',
    'DATA',
  ]);
  socket.write(textMail('one@x', 'broken', `${'x'.repeat(70)}\r\n`.repeat(5000)));
  await until(async () => (await filesIn(directory)).length === 1);
  socket.destroy();
  await until(async () => (await filesIn(directory)).length === 0);
  assert.deepEqual((await list(origin, 'user1')).messages, []);
});

test('one recipient at a time: the sender is told to send the mail again for the others', async (t) => {
  const { origin } = await startApi(t);
  const port = await startGateway(t, origin);
  const to = ['user1@mailbox.example', 'user2@mailbox.example'];
  assert.equal((await send(port, textMail('one@x', 'both', 'x'), to)).code, 250);
  assert.equal((await list(origin, 'user1')).messages.length, 1);
  assert.equal((await list(origin, 'user2')).messages.length, 0);
  assert.equal((await send(port, textMail('one@x', 'both', 'x'), 'user2@mailbox.example')).code, 250);
  assert.equal((await list(origin, 'user2')).messages.length, 1);
});

test('an address that cannot be a mailbox is refused for good', async (t) => {
  const port = await startGateway(t, 'http://127.0.0.1:1');
  assert.equal((await send(port, textMail('one@x', 'hello', 'x'), 'a+b/c@mailbox.example')).code, 550);
});
