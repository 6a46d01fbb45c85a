// W3C trace context and baggage pass through whatever stands between: what a caller says of a trace arrives, unchanged and nowhere else.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { protect } from '../../src/index.ts';
import { createCache } from '../../src/cache/index.ts';

type Trace = Readonly<Record<'traceparent' | 'tracestate' | 'baggage', string>>;

/** Odd in every way that is allowed. */
const ONE: Trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a@b=1,vendor=00f067aa0ba902b7',
  baggage: 'user=ann;secret=no , plan=%20free',
};
const OTHER: Trace = {
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
  tracestate: 'c=2',
  baggage: 'user=bob',
};

function traceOf({ traceparent, tracestate, baggage }: IncomingHttpHeaders): unknown {
  return { traceparent, tracestate, baggage };
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const protection = protect(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    protection.stop();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('admission hands them on as they came', async (t) => {
  const url = await serve(t, (request, response) => response.end(JSON.stringify(traceOf(request.headers))));
  assert.deepEqual(await (await fetch(url, { headers: ONE })).json(), ONE);
});

test('a cache asks the origin in the trace of the request that it asks for, and only then', async (t) => {
  const seen: unknown[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(traceOf(request.headers));
    const isKnown = request.headers['if-none-match'] === '"1"';
    response.writeHead(isKnown ? 304 : 200, { etag: '"1"', 'cache-control': 'max-age=60' });
    response.end(isKnown ? undefined : 'text');
  });
  const cache = createCache();
  t.after(() => cache.close());
  const read = async (headers: Readonly<Record<string, string>>): Promise<Response> => {
    const response = await cache.fetch(url, { headers });
    assert.equal(await response.text(), 'text');
    return response;
  };
  await read(ONE);
  assert.deepEqual(seen, [ONE]);
  // A hit is one for every trace, and carries nothing of the first one's.
  const hit = await read(OTHER);
  assert.deepEqual(seen, [ONE]);
  for (const name of Object.keys(ONE)) assert.equal(hit.headers.get(name), null);
  // A revalidation is asked for by whom it is done.
  await read({ ...OTHER, 'cache-control': 'no-cache' });
  assert.deepEqual(seen, [ONE, OTHER]);
  assert.equal(cache.stats().requests.revalidated, 1);
});

test('code after a cached fetch runs in the context that it was called in', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.setHeader('cache-control', 'max-age=60').end('text');
  });
  const cache = createCache();
  t.after(() => cache.close());
  const active = new AsyncLocalStorage<string>();
  const contexts = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      active.run(name, async () => {
        // At once: one asks, the others wait for its answer; then each hits.
        await (await cache.fetch(url)).text();
        const afterMiss = active.getStore();
        await (await cache.fetch(url)).text();
        return [afterMiss, active.getStore()];
      }),
    ),
  );
  assert.deepEqual(contexts, [
    ['a', 'a'],
    ['b', 'b'],
    ['c', 'c'],
  ]);
});
