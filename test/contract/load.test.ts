// Against node:http in this process: the generator has threads of its own.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { load, type LoadOptions, type LoadResult, type LoadSecond } from '../../src/load/index.ts';

/** The machine of a test is busy: whether the generator is late says nothing, and nobody gives up. */
const BUSY: Pick<LoadOptions, 'maxLagMs' | 'timeoutMs'> = { maxLagMs: 1e6, timeoutMs: 60_000 };

async function listen(t: TestContext, handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  t.after(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += String(chunk);
  return body;
}

/** Every request has ended in one way. */
function assertComplete(result: LoadResult): void {
  const { offered, good, late, refused, failed, seconds, kinds, histogram, latency } = result;
  assert.equal(good + late + refused + failed, offered);
  for (const counts of [seconds, Object.values(kinds)])
    assert.equal(
      counts.reduce((sum, each) => sum + each.offered, 0),
      offered,
    );
  assert.equal(
    histogram.reduce((sum, [, count]) => sum + count, 0),
    latency.count,
  );
}

test('a mix of requests, with their bodies and headers, in the same order for the same seed', async (t) => {
  const seen: string[] = [];
  const url = await listen(t, async (req, res) => {
    const body = await bodyOf(req);
    seen.push(`${req.method} ${req.url} ${String(req.headers['x-tenant'])} ${body.length}`);
    res.statusCode = req.url === '/missing' ? 404 : 200;
    res.end('hello');
  });
  const options: LoadOptions = {
    ...BUSY,
    url,
    rate: 300,
    durationMs: 500,
    seed: 7,
    headers: { 'X-Tenant': 'a' },
    mix: [
      { weight: 3, path: '/a?b=c' },
      { method: 'POST', path: '/b', body: 2048, headers: { 'x-tenant': 'b' } },
      { method: 'PUT', path: '/missing', body: 'é' },
      { method: 'HEAD', path: '/head' },
    ],
    deadlineMs: 60_000,
  };
  const first = await load(options);
  assertComplete(first);
  assert.equal(seen.length, first.offered);
  assert.deepEqual(
    new Set(seen),
    new Set(['GET /a?b=c a 0', 'POST /b b 2048', 'PUT /missing a 1', 'HEAD /head a 0']),
  );
  assert.deepEqual(Object.keys(first.failedBy), ['404']);
  assert.equal(first.failed, first.kinds['PUT /missing']?.failed);
  assert.equal(first.seed, 7);
  const second = await load({ ...options, threads: 2 });
  assertComplete(second);
  const offered = ({ kinds }: LoadResult): unknown =>
    Object.fromEntries(Object.entries(kinds).map(([name, counts]) => [name, counts.offered]));
  assert.deepEqual(offered(second), offered(first));
});

test('a server that stands still is measured by its clients, not by those who wait for it', async (t) => {
  let standsStill = false;
  const url = await listen(t, async (_req, res) => {
    if (standsStill) await delay(100);
    res.end();
  });
  setTimeout(() => (standsStill = true), 100);
  // One connection: most requests wait for it.
  const { latency, waitedForConnection, offered } = await load({
    ...BUSY,
    url,
    rate: 50,
    durationMs: 500,
    connections: 1,
    seed: 1,
  });
  assert.equal(latency.count, offered);
  assert.ok(waitedForConnection > 8, `${waitedForConnection} of ${offered} waited`);
  assert.ok(latency.p90Ms > 800, `p90 ${latency.p90Ms} ms`);
});

test('refusals by reason, and what clients make of Retry-After', async (t) => {
  let requests = 0;
  const url = await listen(t, (_req, res) => {
    requests += 1;
    res.writeHead(requests % 2 === 0 ? 503 : 429, {
      'Retry-After': '0',
      ...(requests % 2 === 0 ? { 'Respite-Shed': 'turn' } : {}),
    });
    res.end();
  });
  const result = await load({
    ...BUSY,
    url,
    rate: 100,
    durationMs: 500,
    retries: { obey: 0.5, ignore: 0.5 },
    seed: 1,
  });
  assertComplete(result);
  assert.deepEqual(Object.keys(result.refusedBy).toSorted(), ['429', 'turn']);
  assert.equal(result.refused, result.offered);
  assert.ok(result.repeats > 0);
  assert.equal(
    Object.values(result.refusedBy).reduce((sum, count) => sum + count, 0),
    result.refused + result.repeats,
  );
  assert.equal(requests, result.offered + result.repeats);
});

test('errors of connections and time-outs are failures by code', async (t) => {
  const url = await listen(t, (req, res) => {
    if (req.url === '/reset') req.socket.resetAndDestroy();
    if (req.url === '/close') req.socket.destroy();
    if (req.url === '/half') {
      res.writeHead(200, { 'Content-Length': '10' });
      res.write('half', () => req.socket.destroy());
    }
    // And /silent is never answered.
  });
  const mix = ['/reset', '/close', '/half', '/silent'].map((path) => ({ path }));
  const result = await load({ ...BUSY, url, rate: 100, durationMs: 400, mix, timeoutMs: 1500, seed: 1 });
  assertComplete(result);
  assert.equal(result.failed, result.offered);
  assert.ok((result.failedBy['TIMEOUT'] ?? 0) >= (result.kinds['GET /silent']?.offered ?? Infinity));
  const codes = Object.keys(result.failedBy).toSorted();
  assert.deepEqual(codes, ['CLOSED', 'ECONNRESET', 'TIMEOUT']);
});

test('a new connection for each request', async (t) => {
  const ports = new Set<unknown>();
  const url = await listen(t, (req, res) => {
    ports.add(req.socket.remotePort);
    assert.equal(req.headers.connection, 'close');
    res.end();
  });
  const result = await load({ ...BUSY, url, rate: 100, durationMs: 300, newConnections: true });
  assert.equal(result.failed, 0);
  assert.equal(ports.size, result.offered);
});

test('progress: each second once, in their order, all of them by the end', async (t) => {
  const url = await listen(t, (_req, res) => res.end());
  const seconds: LoadSecond[] = [];
  const result = await load({
    ...BUSY,
    url,
    rate: [20, 60],
    durationMs: 2200,
    onProgress: (second) => seconds.push(second),
  });
  assertComplete(result);
  assert.deepEqual(
    seconds.map(({ atMs }) => atMs),
    [0, 1000, 2000],
  );
  assert.deepEqual(
    result.seconds.map(({ atMs }) => atMs),
    [0, 1000, 2000],
  );
});

test('an aborted run answers what it has measured, without what was in flight', async (t) => {
  const aborted = new AbortController();
  let answered = 0;
  const url = await listen(t, (_req, res) => {
    // The fifth and those after it are never answered.
    if (answered >= 5) return;
    answered += 1;
    res.end();
    if (answered === 5) aborted.abort();
  });
  const result = await load({ ...BUSY, url, durationMs: 600_000, signal: aborted.signal });
  assertComplete(result);
  assert.equal(result.good + result.late, 5);
  assert.equal(result.failed, 0);
  assert.ok(result.durationMs < 600_000);
  const none = await load({ url, signal: AbortSignal.abort() });
  assert.equal(none.offered, 0);
});

test('what cannot be measured rejects with one line', async (t) => {
  const url = await listen(t, (_req, res) => res.end());
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  await assert.rejects(load({ url: `http://127.0.0.1:${port}` }), {
    code: 'RESPITE_LOAD_UNREACHABLE',
    message: new RegExp(`^cannot connect to http://127.0.0.1:${port}: .*ECONNREFUSED`),
  });
  await assert.rejects(load({ url: url.replace('http:', 'https:') }), { code: 'RESPITE_LOAD_UNREACHABLE' });
  await assert.rejects(load({ url: 'http://192.0.2.1/' }), {
    code: 'RESPITE_LOAD_TARGET',
    message: /^192\.0\.2\.1 is not on the loopback interface/,
  });
  const wrong: readonly (readonly [Partial<LoadOptions>, RegExp])[] = [
    [{ url: 'ftp://localhost' }, /^url must be an http: or https: URL/],
    [{ rate: 0 }, /^rate must be requests per second/],
    [{ rate: [1, Number.NaN] }, /^rate must be/],
    [{ mix: [] }, /^mix must be an array of one request at least/],
    [{ mix: [{ path: 'a' }] }, /^mix\[0\]\.path must be a path that begins with \//],
    [{ mix: [{ headers: { 'x-a': 'b\r\nc: d' } }] }, /^mix\[0\]\.headers\.x-a must be a text without/],
    [{ headers: { 'Content-Length': '5' } }, /^headers\.Content-Length must be the name of a header other/],
    [{ retries: { obey: 0.6, ignore: 0.6 } }, /^retries must be shares whose sum is at most 1/],
  ];
  for (const [options, message] of wrong)
    await assert.rejects(load({ url, ...options }), { code: 'RESPITE_OPTIONS_INVALID', message });
  await assert.rejects(
    load({
      url,
      durationMs: 50,
      onProgress: () => {
        throw new Error('mine');
      },
    }),
    /^Error: mine$/,
  );
});
