// The client under undici's own functions, alone and with the cache around it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Agent, type Dispatcher, fetch as undiciFetch, request } from 'undici';
import { createCache } from '../../src/cache/index.ts';
import { type Client, type ClientOptions, createClient } from '../../src/client/index.ts';

interface Scene {
  readonly url: string;
  readonly client: Client;
  readonly agent: Agent;
  readonly dispatcher: Dispatcher;
  readonly asked: http.IncomingMessage[];
}

async function scene(
  t: TestContext,
  listener: http.RequestListener,
  options?: ClientOptions,
): Promise<Scene> {
  const asked: http.IncomingMessage[] = [];
  const server = http.createServer((incoming, response) => {
    asked.push(incoming);
    listener(incoming, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  const client = createClient({ retry: { baseMs: 0 }, ...options });
  t.after(async () => {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
    client.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, client, agent, dispatcher: agent.compose(client.interceptor()), asked };
}

/** Answers with these in turn, and from the last one on with that one. */
function inTurn(...answers: readonly http.RequestListener[]): http.RequestListener {
  let count = 0;
  return (incoming, response) => {
    const answer = answers[Math.min(count, answers.length - 1)];
    count += 1;
    answer?.(incoming, response);
  };
}

const fails: http.RequestListener = (_incoming, response) => response.writeHead(503).end('no');
const serves: http.RequestListener = (_incoming, response) =>
  response.writeHead(200, { 'x-a': 'ü' }).end('body');
const hangs: http.RequestListener = () => {};

test('request() gets the response of the attempt that succeeds', async (t) => {
  const { url, dispatcher, asked, client } = await scene(t, inTurn(fails, fails, serves));
  const response = await request(url, { dispatcher, headers: { 'x-own': '1' } });
  assert.deepEqual([response.statusCode, await response.body.text()], [200, 'body']);
  assert.deepEqual(
    asked.map(({ headers }) => [headers['respite-attempt'], headers['x-own']]),
    [
      [undefined, '1'],
      ['2', '1'],
      ['3', '1'],
    ],
  );
  assert.equal(client.stats(url)?.retries, 2);
});

test('fetch() of undici gets headers and body of it', async (t) => {
  const { url, dispatcher } = await scene(t, inTurn(fails, serves));
  const response = await undiciFetch(url, { dispatcher });
  assert.deepEqual([response.status, response.headers.get('x-a'), await response.text()], [200, 'ü', 'body']);
});

test('a POST is sent once, unless its header or its option says otherwise', async (t) => {
  const { url, dispatcher, asked } = await scene(t, fails);
  const single = await request(url, { dispatcher, method: 'POST', body: 'x' });
  await single.body.dump();
  assert.equal(asked.length, 1);
  const keyed = await request(url, {
    dispatcher,
    method: 'POST',
    body: 'x',
    headers: { 'idempotency-key': 'k' },
  });
  await keyed.body.dump();
  assert.equal(asked.length, 4);
});

test('an attempt that hangs is aborted and repeated', async (t) => {
  const { url, dispatcher } = await scene(t, inTurn(hangs, serves), { attemptTimeoutMs: 1000 });
  const response = await request(url, { dispatcher });
  assert.equal(await response.body.text(), 'body');
});

test('the deadline ends a call, and goes out with it', async (t) => {
  const { url, dispatcher, asked } = await scene(t, hangs);
  const headers = { 'respite-deadline-ms': '400' };
  await assert.rejects(request(url, { dispatcher, headers }), { code: 'RESPITE_CLIENT_TIMEOUT' });
  for (const { headers: seen } of asked) assert.ok(Number(seen['respite-deadline-ms']) <= 400);
});

test('a caller who leaves ends the call', async (t) => {
  const begun = Promise.withResolvers<void>();
  const { url, dispatcher, client } = await scene(t, () => {
    begun.resolve();
  });
  const caller = new AbortController();
  const call = request(url, { dispatcher, signal: caller.signal });
  await begun.promise;
  caller.abort();
  await assert.rejects(call, { name: 'AbortError' });
  assert.equal(client.stats(url)?.failed, 0);
});

test('a refused connection is repeated, and the last error is passed on', async (t) => {
  const { url, dispatcher, client } = await scene(t, serves);
  // While the server has this port at one address, no other process can listen to it at another.
  const refusing = url.replace('127.0.0.1', '127.0.0.99');
  await assert.rejects(request(refusing, { dispatcher, method: 'POST', body: 'x' }), {
    code: 'ECONNREFUSED',
  });
  assert.equal(client.stats(refusing)?.attempts, 3);
});

test('a call that is held back is a 503, to request() and to fetch()', async (t) => {
  const later: http.RequestListener = (_incoming, response) =>
    response.writeHead(429, { 'retry-after': '60' }).end('later');
  const { url, dispatcher, asked } = await scene(t, later);
  await (await request(url, { dispatcher })).body.dump();
  const held = await request(url, { dispatcher });
  assert.deepEqual([held.statusCode, held.headers['respite-held-back']], [503, 'retry-after']);
  assert.match(await held.body.text(), /was not sent/);
  const fetched = await undiciFetch(url, { dispatcher });
  assert.deepEqual([fetched.status, fetched.headers.get('respite-held-back')], [503, 'retry-after']);
  assert.equal(asked.length, 1);
});

test('undici’s errors about a request are its own, and leave nothing behind', async (t) => {
  const { url, dispatcher, client } = await scene(t, serves);
  await assert.rejects(request(url, { dispatcher, method: 'NO METHOD' }), { code: 'UND_ERR_INVALID_ARG' });
  assert.equal(client.stats(url)?.failed ?? 0, 0);
});

const cacheable: http.RequestListener = (_incoming, response) =>
  response.writeHead(200, { 'cache-control': 'max-age=60' }).end('stored');
const refuses: http.RequestListener = (_incoming, response) =>
  response.writeHead(503, { 'retry-after': '60' }).end('later');

test('with the cache outside a hit is no call, and what is held back is answered from what is stale', async (t) => {
  const { url, client, asked } = await scene(t, inTurn(cacheable, refuses));
  let nowMs = Date.now();
  const cache = createCache({ fetch: client.fetch, now: () => nowMs });
  t.after(() => cache.close());
  const text = async (): Promise<string> => await (await cache.fetch(url)).text();
  assert.equal(await text(), 'stored');
  assert.equal(await text(), 'stored');
  assert.equal(client.stats(url)?.calls, 1);
  nowMs += 61_000;
  assert.equal(await text(), 'stored');
  const sent = asked.length;
  nowMs += 10_000;
  assert.equal(await text(), 'stored');
  assert.equal(asked.length, sent);
});

test('composed for undici, the last interceptor is the outermost: the cache', async (t) => {
  const { url, client, agent, asked } = await scene(t, inTurn(fails, cacheable));
  const cache = createCache();
  t.after(() => cache.close());
  const dispatcher = agent.compose(client.interceptor(), cache.interceptor());
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await (await request(url, { dispatcher })).body.text(), 'stored');
  }
  assert.equal(asked.length, 2);
  assert.equal(client.stats(url)?.calls, 1);
});
