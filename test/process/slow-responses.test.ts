// Responses of HTTP to clients that don't read them, under one budget.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo, type Server } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannel, createWriteBudget, pipe, type WriteBudget } from '../../src/backpressure/index.ts';

const KB = 1024;
const MB = 1024 * KB;
const LIMIT_BYTES = 16 * MB;

async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A response of 1 MB, made of chunks that nobody else has. */
function* megabyte(): Generator<Buffer> {
  for (let i = 0; i < 128; i += 1) yield Buffer.alloc(8 * KB, i);
}

function* endless(): Generator<Buffer> {
  for (;;) yield* megabyte();
}

/** Waits until nothing moves any more. @returns The most that was used meanwhile. */
async function mostUsed(budget: WriteBudget): Promise<number> {
  let most = 0;
  for (let i = 0; i < 100; i += 1) {
    most = Math.max(most, budget.stats().usedBytes);
    await sleep(10);
  }
  return most;
}

test('pipelined requests of a client that never reads hold no more than the budget', async (t) => {
  const budget = createWriteBudget({ limitBytes: 4 * LIMIT_BYTES });
  let requests = 0;
  const server = http.createServer((_, response) => {
    requests += 1;
    void pipe(megabyte(), createChannel(response, { budget, slowPeer: false }));
  });
  const client = net.connect(await listen(t, server), '127.0.0.1').pause();
  client.on('error', () => {});
  t.after(() => client.destroy());
  const before = process.memoryUsage().rss;
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(400));
  const most = await mostUsed(budget);
  assert.ok(requests >= 100, `${requests} requests`);
  assert.equal(client.destroyed, false);
  assert.ok(most > 0 && most <= 4 * LIMIT_BYTES, `${most} used`);
  const grown = process.memoryUsage().rss - before;
  // Without it, the four hundred megabytes.
  assert.ok(grown < 200 * MB, `${grown} more resident`);
});

test('an evicted response takes its connection along, also while responses before it wait', async (t) => {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  const evicted = Promise.withResolvers<void>();
  const server = http.createServer((request, response) => {
    const channel = createChannel(response, { budget, slowPeer: false });
    void pipe(endless(), channel);
    if (request.url !== '/last') return;
    setImmediate(() => {
      channel.evict('test');
      evicted.resolve();
    });
  });
  const client = net.connect(await listen(t, server), '127.0.0.1');
  client.on('error', () => {});
  client.write('GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /last HTTP/1.1\r\nHost: a\r\n\r\n');
  await evicted.promise;
  client.resume();
  if (!client.closed) await new Promise((resolve) => client.once('close', resolve));
  while (budget.stats().channels > 0) await sleep(5);
  assert.equal(budget.stats().usedBytes, 0);
});

test('HTTP/2 streams whose windows are closed hold no more than the budget', async (t) => {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  const server = http2.createServer((_, response) => {
    void pipe(megabyte(), createChannel(response, { budget, slowPeer: false }));
  });
  const port = await listen(t, server);
  // Node.js lets a session hold 10 MB by itself (maxSessionMemory), so it takes several.
  for (let i = 0; i < 10; i += 1) {
    const session = http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    session.on('error', () => {});
    t.after(() => session.destroy());
    for (let j = 0; j < 30; j += 1) session.request({ ':path': '/' }).on('error', () => {});
  }
  const most = await mostUsed(budget);
  const { channels, blocked } = budget.stats();
  assert.ok(channels > 100 && blocked > 100, `${channels} streams, ${blocked} blocked`);
  assert.ok(most > 0 && most <= LIMIT_BYTES, `${most} used`);
});

test('a response that is read comes whole, with its length unknown', async (t) => {
  const budget = createWriteBudget({ limitBytes: LIMIT_BYTES });
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    void pipe(megabyte(), createChannel(response, { budget }));
  });
  const answer = await fetch(`http://127.0.0.1:${await listen(t, server)}/`);
  assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(Buffer.concat([...megabyte()])));
  assert.deepEqual([budget.stats().usedBytes, budget.stats().channels], [0, 0]);
});
