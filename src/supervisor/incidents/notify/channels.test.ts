// Each channel against the real thing: a server, an executable.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Channel } from './channel.ts';
import { command, commandEnvironment } from './command.ts';
import { incident, over } from './fake-incident.test.ts';
import { payload, type Payload, testPayload } from './payload.ts';
import { NOTHING_PLANNED, plan } from './plan.ts';
import { slack, slackMessage } from './slack.ts';
import { webhook } from './webhook.ts';

const SENDER = { script: 'server.js', host: 'web-1', pid: 9 };
const NEVER = new AbortController().signal;

function message(event: 'opened' | 'recovered' | 'unresolved', count: number = 1): Payload {
  const one = event === 'opened' ? incident('a') : over(incident('a'));
  return payload({ event, incident: one, count, failures: 0, plannedAtMs: 0, dueAtMs: 0 }, SENDER);
}

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function receiver(
  t: TestContext,
  answer: (response: ServerResponse) => void,
): Promise<{ url: string; host: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}/hook/secret-path`, host, received };
}

function hook(url: string, secret?: string, timeoutMs: number = 5000): Channel {
  return webhook(
    { url, headers: { authorization: 'Bearer mine' }, timeoutMs, secret },
    () => 1_700_000_000_999,
  );
}

test('a webhook gets the incident, with a schema, signed as Standard Webhooks says', async (t) => {
  const { url, host, received } = await receiver(t, (response) => response.writeHead(204).end());
  const key = Buffer.from('0123456789abcdef01234567');
  const channel = hook(url, `whsec_${key.toString('base64')}`);
  assert.equal(channel.name, `webhook ${host}`);
  assert.equal(await channel.send(message('opened'), NEVER), undefined);
  const [{ headers, body } = assert.fail('nothing came')] = received;
  const { schema, event, id, count, sender, incident: told } = JSON.parse(body) as Payload;
  assert.deepEqual(
    [schema, event, id, count, sender, told.cause],
    [1, 'opened', 'a.opened', 1, SENDER, 'event-loop-blocked'],
  );
  assert.equal(headers.authorization, 'Bearer mine');
  assert.deepEqual([headers['webhook-id'], headers['webhook-timestamp']], ['a.opened', '1700000000']);
  const expected = createHmac('sha256', key).update(`a.opened.1700000000.${body}`).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${expected}`);
});

test('without a secret nothing is signed; a text of one’s own is a key as it stands', async (t) => {
  const { url, received } = await receiver(t, (response) => response.end());
  await hook(url).send(message('opened'), NEVER);
  await hook(url, 'a key of my own, as it is').send(message('opened'), NEVER);
  assert.equal(received[0]?.headers['webhook-signature'], undefined);
  const expected = createHmac('sha256', 'a key of my own, as it is')
    .update(`a.opened.1700000000.${received[1]?.body}`)
    .digest('base64');
  assert.equal(received[1]?.headers['webhook-signature'], `v1,${expected}`);
});

for (const [status, headers, hopeless, retryAfterMs] of [
  [500, {}, false, 0],
  [503, { 'retry-after': '7' }, false, 7000],
  [429, { 'retry-after': '86400' }, false, 60_000],
  [429, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }, false, 0],
  [408, {}, false, 0],
  [404, {}, true, 0],
  [401, {}, true, 0],
  [302, { location: '/elsewhere' }, true, 0],
] as const) {
  test(`status ${status} ${JSON.stringify(headers)}: ${hopeless ? 'no use to try again' : 'worth another try'}`, async (t) => {
    const { url, received } = await receiver(t, (response) => response.writeHead(status, headers).end());
    const failed = await hook(url).send(message('opened'), NEVER);
    assert.deepEqual([failed?.hopeless, failed?.retryAfterMs], [hopeless, retryAfterMs]);
    assert.match(failed?.reason ?? '', new RegExp(`^status ${status}`));
    assert.equal(received.length, 1, 'a redirect is not followed');
  });
}

test('an answer that never ends is cut off, and counts by its status', async (t) => {
  let closed: (() => void) | undefined;
  const wasClosed = new Promise<void>((resolve) => (closed = resolve));
  const { url } = await receiver(t, (response) => {
    response.once('close', () => closed?.());
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384)));
    };
    response.on('drain', write);
    write();
  });
  assert.equal(await hook(url).send(message('opened'), NEVER), undefined);
  await wasClosed;
});

test('nobody there, nobody who answers, nobody who waits: each a failure, and no secret in it', async (t) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  await once(gone, 'close');
  const refused = await hook(`http://user:secret@127.0.0.1:${port}/secret`).send(message('opened'), NEVER);
  assert.deepEqual(refused, { reason: 'ECONNREFUSED', hopeless: false, retryAfterMs: 0 });
  const { url } = await receiver(t, () => {});
  const late = await hook(url, undefined, 50).send(message('opened'), NEVER);
  assert.deepEqual([late?.reason, late?.hopeless], ['no answer within 0.05 s', false]);
  assert.equal((await hook(url).send(message('opened'), AbortSignal.abort()))?.reason, 'given up');
});

test('Slack gets a text, and blocks within its limits, with what means something to it escaped', async (t) => {
  const { url, host, received } = await receiver(t, (response) => response.end('ok'));
  const channel = slack({ url });
  assert.equal(channel.name, `slack ${host}`);
  const long = incident('a', { summary: `<!channel> & ${'x'.repeat(5000)}`, facts: ['one', 'two'] });
  const from = { ...SENDER, script: 's'.repeat(300) };
  const told = payload(
    { event: 'recovered', incident: over(long), count: 3, failures: 0, plannedAtMs: 0, dueAtMs: 0 },
    from,
  );
  assert.equal(await channel.send(told, NEVER), undefined);
  assert.deepEqual(JSON.parse(received[0]?.body ?? ''), slackMessage(told));
  const { text, blocks } = slackMessage(told) as { text: string; blocks: { text?: { text: string } }[] };
  assert.match(
    text,
    /^🟢 s+ on web-1: recovered after 1\.0 s from event-loop-blocked \(3 times\): &lt;!channel&gt; &amp;/,
  );
  assert.ok(blocks.every((block) => (block.text?.text.length ?? 0) <= 3000));
  assert.ok((blocks[0]?.text?.text.length ?? 0) <= 150);
  const short = JSON.stringify(slackMessage(message('recovered')).blocks);
  assert.match(short, /last request: GET \/a.*→ replaced/);
  assert.doesNotMatch(JSON.stringify(slackMessage(message('opened')).blocks), /→/);
});

test('the sentences', () => {
  assert.match(
    message('opened').text,
    /^server\.js on web-1: event-loop-blocked: the event loop of worker 1/,
  );
  assert.match(message('opened', 4).text, /: event-loop-blocked \(4 times\): /);
  assert.match(message('recovered').text, /: recovered after 1\.0 s from event-loop-blocked: /);
  assert.match(
    message('unresolved').text,
    /: NOT recovered from event-loop-blocked, replaced after 1\.0 s: /,
  );
  assert.match(testPayload(SENDER, 0).text, /^a test of the notifications: nothing is wrong/);
});

test('a message stays small', () => {
  const frame = { functionName: 'f', url: 'file:///a.js', line: 1, column: 1 };
  const large = incident('a', {
    stack: Array.from({ length: 500 }, () => frame),
    steps: Array.from({ length: 500 }, (_, i) => ({ atMs: i, what: `${i}` })),
  });
  const { actions } = plan(NOTHING_PLANNED, { kind: 'incident', incident: large }, 0, 0, {
    events: ['opened'],
    repeatWindowMs: 1,
    giveUpAfterMs: 1,
    queueLimit: 1,
    settleMs: 0,
  });
  const [action = assert.fail('nothing to send')] = actions;
  const { incident: told } = payload(action.message, SENDER);
  assert.deepEqual([told.stack?.length, told.steps.length, told.steps.at(-1)?.what], [20, 50, '499']);
});

function executable(t: TestContext, script: string): { file: string; dir: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'respite-notify-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'tell');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { file, dir };
}

test('a command gets the JSON on its standard input, its arguments as they are, and no secret of the environment', async (t) => {
  const { file, dir } = executable(t, `cd "$1"; cat > input; env > environment; printf %s "$2" > argument`);
  process.env['SOME_API_KEY'] = 'secret';
  t.after(() => delete process.env['SOME_API_KEY']);
  const channel = command([file, dir, '$(id); "']);
  assert.equal(channel.name, 'command tell');
  assert.equal(await channel.send(message('opened'), NEVER), undefined);
  const read = (name: string): string => readFileSync(path.join(dir, name), 'utf8');
  assert.deepEqual(JSON.parse(read('input')), JSON.parse(JSON.stringify(message('opened'))));
  assert.equal(read('argument'), '$(id); "');
  assert.match(read('environment'), /^RESPITE_EVENT=opened$/m);
  assert.doesNotMatch(read('environment'), /secret|NODE_/);
});

test('what a command is told of the environment', () => {
  const env = { PATH: '/bin', LC_ALL: 'C', NPM_TOKEN: 'x', DATABASE_URL: 'x', RESPITE_MANAGEMENT_TOKEN: 'x' };
  assert.deepEqual(commandEnvironment(env, message('recovered')), {
    PATH: '/bin',
    LC_ALL: 'C',
    RESPITE_EVENT: 'recovered',
    RESPITE_CAUSE: 'event-loop-blocked',
    RESPITE_INCIDENT: 'a',
  });
});

test('a command that fails says why, one that is not there is hopeless, one that reads nothing is fine', async (t) => {
  const { file } = executable(t, 'echo no mail server >&2; exit 3');
  assert.deepEqual(await command([file]).send(message('opened'), NEVER), {
    reason: 'ended with exit code 3: no mail server',
    hopeless: false,
    retryAfterMs: 0,
  });
  assert.deepEqual(await command(['/nowhere/tell']).send(message('opened'), NEVER), {
    reason: 'cannot be started: ENOENT',
    hopeless: true,
    retryAfterMs: 0,
  });
  const large = { ...message('opened'), text: 'x'.repeat(1_000_000) };
  assert.equal(await command(['true']).send(large, NEVER), undefined);
});

test('a command that takes too long is killed, with all that it has started', async (t) => {
  const { file, dir } = executable(t, `sleep 1000 & echo $! > "$1/child"; wait`);
  const failed = await command([file, dir], 300).send(message('opened'), NEVER);
  assert.match(failed?.reason ?? '', /^killed: it took more than 0\.3 s/);
  const child = Number(readFileSync(path.join(dir, 'child'), 'utf8'));
  // The kernel kills all of a group, one after the other, and a reader that was told of the first may look too soon.
  while (runs(child)) await new Promise((resolve) => setImmediate(resolve));
  const aborted = await command([file, dir]).send(message('opened'), AbortSignal.abort());
  assert.match(aborted?.reason ?? '', /^given up/);
});

/** A killed process that nobody has waited for is there, but runs no more. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
