// The cache between many users and an origin that is slow, large, broken or gone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type Cache,
  createCache,
  type CacheOptions,
  type CacheStore,
  memoryStore,
} from '../../src/cache/index.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, count: number) => void;

interface Scene {
  readonly url: string;
  readonly cache: Cache;
  readonly origin: { count: number; open: number; most: number; aborted: number };
  get(headers?: Record<string, string>, init?: RequestInit): Promise<Response>;
}

async function scene(t: TestContext, handler: Handler, options: CacheOptions = {}): Promise<Scene> {
  const origin = { count: 0, open: 0, most: 0, aborted: 0 };
  const server = http.createServer((request, response) => {
    origin.count += 1;
    origin.open += 1;
    origin.most = Math.max(origin.most, origin.open);
    if (options.now !== undefined) response.setHeader('date', new Date(options.now()).toUTCString());
    response.on('close', () => {
      origin.open -= 1;
      if (!response.writableFinished) origin.aborted += 1;
    });
    handler(request, response, origin.count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cache = createCache(options);
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await cache.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, cache, origin, get: (headers = {}, init = {}) => cache.fetch(url, { ...init, headers }) };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not within 5 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const text = async (response: Promise<Response>): Promise<string> => (await response).text();

/** Answers once all of these have come, or a moment later. */
function slowly(headers: Record<string, string>, body: (count: number) => string = String): Handler {
  return (_request, response, count) => {
    setTimeout(() => {
      response.writeHead(200, headers).end(body(count));
    }, 30);
  };
}

test('50 at once for what is not stored: one request to the origin, whatever their tracing headers', async (t) => {
  const { get, origin, cache } = await scene(t, slowly({ 'cache-control': 'max-age=60' }));
  const bodies = await Promise.all(times(50, (i) => text(get({ traceparent: `00-${i}` }))));
  assert.deepEqual(new Set(bodies), new Set(['1']));
  assert.equal(origin.count, 1);
  assert.equal(cache.stats().coalesced, 49);
});

test('50 at once for what is stale: one request to the origin, whatever their tracing headers', async (t) => {
  let now = Date.now();
  const clock = { now: () => now };
  const { get, origin } = await scene(t, slowly({ 'cache-control': 'max-age=60', etag: '"a"' }), clock);
  await text(get());
  now += 100_000;
  await Promise.all(times(50, (i) => text(get({ traceparent: `00-${i}` }))));
  assert.equal(origin.count, 2);
});

test('50 at once while it may be stale: all at once, and one request to the origin', async (t) => {
  let now = Date.now();
  const headers = { 'cache-control': 'max-age=60, stale-while-revalidate=600' };
  const { get, origin } = await scene(t, slowly(headers), { now: () => now });
  await text(get());
  now += 100_000;
  const bodies = await Promise.all(times(50, () => text(get())));
  assert.deepEqual(new Set(bodies), new Set(['1']));
  await until(() => origin.count > 1 && origin.open === 0);
  assert.equal(origin.count, 2);
});

test('variants that nobody knew of: one request for each', async (t) => {
  const { get, origin } = await scene(t, (request, response) => {
    setTimeout(() => {
      response.setHeader('vary', 'accept-language').setHeader('cache-control', 'max-age=60');
      response.end(request.headers['accept-language']);
    }, 30);
  });
  const languages = times(30, (i) => ['de', 'en', 'fr'][i % 3] ?? '');
  const bodies = await Promise.all(languages.map((language) => text(get({ 'accept-language': language }))));
  assert.deepEqual(bodies, languages);
  assert.equal(origin.count, 3);
});

test('users with credentials never share, neither with each other nor with those without', async (t) => {
  const { get, origin } = await scene(t, (request, response) => {
    setTimeout(() => {
      response.setHeader('cache-control', 'max-age=60');
      response.end(request.headers.authorization ?? request.headers.cookie ?? 'nobody');
    }, 30);
  });
  const asked = times(12, (i) => [{ authorization: `a${i}` }, { cookie: `c${i}` }, {}][i % 3] ?? {});
  const bodies = await Promise.all(asked.map((headers) => text(get(headers))));
  assert.deepEqual(
    bodies,
    asked.map((headers) => Object.values(headers)[0] ?? 'nobody'),
  );
  assert.equal(origin.count, 8 + 1);
});

test('a caller that gives up harms no other: the first', async (t) => {
  const { get, origin } = await scene(t, slowly({ 'cache-control': 'max-age=60' }));
  const leaving = new AbortController();
  const first = get({}, { signal: leaving.signal });
  const others = times(5, () => text(get()));
  await until(() => origin.count === 1);
  leaving.abort(new Error('gone'));
  await assert.rejects(first, /gone/);
  assert.deepEqual(
    await Promise.all(others),
    times(5, () => '1'),
  );
  assert.equal(origin.count, 1);
});

test('a caller that gives up harms no other: in the middle of the body', async (t) => {
  const { get, origin } = await scene(t, (_request, response) => {
    response.setHeader('cache-control', 'max-age=60');
    response.write('a'.repeat(1000));
    setTimeout(() => response.end('b'), 50);
  });
  const leaving = new AbortController();
  const [first, second] = await Promise.all([get({}, { signal: leaving.signal }), get()]);
  leaving.abort(new Error('gone'));
  await assert.rejects(first.text(), /gone/);
  assert.equal((await second.text()).length, 1001);
  await get().then((response) => response.text());
  assert.equal(origin.count, 1);
});

test('when all have given up the origin hears of it', async (t) => {
  const { get, origin } = await scene(t, () => {});
  const leaving = new AbortController();
  const waiting = times(3, () => get({}, { signal: leaving.signal }));
  await until(() => origin.count === 1);
  leaving.abort(new Error('gone'));
  for (const one of waiting) await assert.rejects(one, /gone/);
  await until(() => origin.aborted === 1);
});

test('a signal that was aborted before sends nothing', async (t) => {
  const { get, origin } = await scene(t, slowly({}));
  await assert.rejects(get({}, { signal: AbortSignal.abort(new Error('gone')) }), /gone/);
  assert.equal(origin.count, 0);
});

test('what can not be stored is waited for once: the next ones go together', async (t) => {
  let together = 1;
  const held: (() => void)[] = [];
  const { get, origin } = await scene(t, (_request, response, count) => {
    const answer = (): void => {
      if (!response.headersSent) response.writeHead(200, { 'cache-control': 'no-store' }).end(String(count));
    };
    held.push(answer);
    if (held.length >= together) for (const each of held.splice(0)) each();
    // If they come one after the other, too, the test ends, and fails.
    else setTimeout(answer, 5000).unref();
  });
  const first = await Promise.all(times(5, () => text(get())));
  assert.equal(new Set(first).size, 5, 'none got what was meant for another');
  origin.most = 0;
  together = 10;
  await Promise.all(times(10, () => text(get())));
  assert.equal(origin.most, 10);
});

test('one who wants nothing stored does not take sharing from the others', async (t) => {
  const { get, origin } = await scene(t, slowly({ 'cache-control': 'max-age=60' }));
  await text(get({ 'cache-control': 'no-store' }));
  await Promise.all(times(10, () => text(get())));
  assert.equal(origin.count, 2);
});

test('the body flows while it is stored', async (t) => {
  const rest = Promise.withResolvers<undefined>();
  const { get, origin } = await scene(t, (_request, response) => {
    response.setHeader('cache-control', 'max-age=60');
    response.write('first');
    void rest.promise.then(() => response.end(' last'));
  });
  const response = await get();
  const reader = response.body?.getReader();
  assert.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'first');
  const joining = text(get());
  rest.resolve(undefined);
  assert.equal(await joining, 'first last');
  assert.equal(origin.count, 1);
});

for (const announced of [true, false]) {
  test(`a body that is too large, ${announced ? '' : 'not '}announced, passes through whole`, async (t) => {
    const size = 300_000;
    const { get, cache, origin } = await scene(
      t,
      (_request, response) => {
        response.setHeader('cache-control', 'max-age=60');
        if (announced) response.setHeader('content-length', size);
        response.end(Buffer.alloc(size, 'x'));
      },
      { entryLimitBytes: 100_000 },
    );
    for (let i = 1; i <= 3; i += 1) {
      assert.equal((await text(get())).length, size);
      assert.equal(origin.count, i);
    }
    assert.equal(cache.stats().stored, 0);
    assert.equal(cache.stats().bytesInFlight, 0);
  });
}

test('readers that do not read hold no more than the limit, and get all of it in the end', async (t) => {
  const size = 400_000;
  const limit = 1_000_000;
  const { url, cache } = await scene(
    t,
    (_request, response) => {
      response.setHeader('cache-control', 'max-age=60');
      response.end(Buffer.alloc(size, 'x'));
    },
    { inFlightLimitBytes: limit },
  );
  const responses = await Promise.all(times(10, (i) => cache.fetch(`${url}${i}`)));
  for (let i = 0; i < 20; i += 1) {
    assert.ok(cache.stats().bytesInFlight <= limit);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(cache.stats().bytesInFlight > 0);
  for (const response of responses) assert.equal((await response.text()).length, size);
  assert.equal(cache.stats().bytesInFlight, 0);
});

test('a body that breaks off after its reader has begun holds nothing any more', async (t) => {
  const begun = Promise.withResolvers<undefined>();
  const { get, cache } = await scene(t, (_request, response) => {
    response.setHeader('cache-control', 'max-age=60').write('a'.repeat(10_000));
    void begun.promise.then(() => response.destroy());
  });
  const response = await get();
  const reader = response.body?.getReader();
  assert.equal((await reader?.read())?.value?.byteLength, 10_000);
  assert.equal(cache.stats().bytesInFlight, 10_000);
  begun.resolve(undefined);
  await assert.rejects(async () => reader?.read());
  assert.equal(cache.stats().bytesInFlight, 0);
  assert.equal(cache.stats().requestsInFlight, 0);
});

test('bodies that turn out too large to store still count while a slow reader has not had them', async (t) => {
  const size = 1_000_000;
  const { url, cache } = await scene(
    t,
    (_request, response) => {
      response.setHeader('cache-control', 'max-age=60');
      response.write(Buffer.alloc(size / 2, 'x'));
      response.end(Buffer.alloc(size / 2, 'x'));
    },
    { entryLimitBytes: 600_000, inFlightLimitBytes: 1_500_000 },
  );
  const responses = await Promise.all(times(8, (i) => cache.fetch(`${url}${i}`)));
  await until(() => cache.stats().bytesInFlight > 1_300_000);
  for (let i = 0; i < 20; i += 1) {
    const { bytesInFlight } = cache.stats();
    assert.ok(bytesInFlight > 1_300_000 && bytesInFlight <= 1_500_000, `${bytesInFlight}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const response of responses) assert.equal((await response.text()).length, size);
  assert.equal(cache.stats().bytesInFlight, 0);
});

test('an origin that hangs: the first waits for the deadline, the others for nothing; then it is back', async (t) => {
  let now = Date.now();
  let hangs = false;
  const { get, origin, cache } = await scene(
    t,
    (_request, response, count) => {
      if (!hangs) response.writeHead(200, { 'cache-control': 'max-age=60' }).end(String(count));
    },
    { now: () => now, revalidationDeadlineMs: 100 },
  );
  assert.equal(await text(get()), '1');
  now += 100_000;
  hangs = true;
  const began = performance.now();
  const first = await get();
  const waited = performance.now() - began;
  assert.equal(await first.text(), '1');
  assert.match(first.headers.get('cache-status') ?? '', /detail=deadline/);
  assert.ok(waited >= 95, `${waited}`);
  assert.deepEqual(
    await Promise.all(times(20, () => text(get()))),
    times(20, () => '1'),
  );
  assert.equal(origin.count, 2, 'one process asks it, the others do not');
  hangs = false;
  now += 2000;
  assert.equal(await text(get()), '1');
  await until(() => origin.count === 3);
  await until(() => cache.stats().requestsInFlight === 0);
  assert.equal(await text(get()), '3');
});

test('an origin that is gone: what is stored is served, what is not throws what fetch throws', async (t) => {
  let now = Date.now();
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'cache-control': 'max-age=60' }).end('there');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cache = createCache({ now: () => now });
  t.after(() => cache.close());
  assert.equal(await text(cache.fetch(url)), 'there');
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  now += 100_000;
  for (let i = 0; i < 20; i += 1) assert.equal(await text(cache.fetch(url)), 'there');
  await assert.rejects(cache.fetch(`${url}other`), TypeError);
});

test('a store that fails in any way is no failure', async (t) => {
  const fail = (): never => {
    throw new Error('the store is gone');
  };
  const reject = (): Promise<never> => Promise.reject(new Error('the store is gone'));
  for (const broken of [fail, reject]) {
    const store: CacheStore = {
      get: broken,
      put: broken,
      update: broken,
      invalidate: broken,
      delete: broken,
      epoch: broken,
      invalidateTags: broken,
      flush: broken,
      close: () => {},
    };
    const { get, url, cache } = await scene(t, slowly({ 'cache-control': 'max-age=60' }), { store });
    assert.deepEqual(
      await Promise.all(times(5, () => text(get()))),
      times(5, () => '1'),
      'shared all the same',
    );
    assert.equal((await cache.fetch(url, { method: 'POST', body: 'x' })).status, 200);
    assert.ok(cache.stats().storeErrors > 0);
  }
});

test('a store that answers later does as well', async (t) => {
  const memory = memoryStore();
  const later = <Args extends unknown[], R>(run: (...args: Args) => R) => {
    return async (...args: Args): Promise<R> => {
      await new Promise((resolve) => setImmediate(resolve));
      return run(...args);
    };
  };
  const store: CacheStore = {
    get: later(memory.get.bind(memory)),
    put: later(memory.put.bind(memory)),
    update: later(memory.update.bind(memory)),
    invalidate: later(memory.invalidate.bind(memory)),
    delete: later(memory.delete.bind(memory)),
    epoch: later(memory.epoch.bind(memory)),
    invalidateTags: later(memory.invalidateTags.bind(memory)),
    flush: later(memory.flush.bind(memory)),
    close: () => {},
  };
  const { get, origin, cache } = await scene(t, slowly({ 'cache-control': 'max-age=60' }), { store });
  await Promise.all(times(20, () => text(get())));
  await until(() => cache.stats().requestsInFlight === 0);
  assert.match((await get()).headers.get('cache-status') ?? '', /hit/);
  assert.equal(origin.count, 1);
});

test('a compressed body is stored as fetch gives it, with fields that are true of it', async (t) => {
  const { get, origin } = await scene(t, (_request, response) => {
    const headers = { 'cache-control': 'max-age=60', 'content-encoding': 'gzip', etag: '"z"' };
    response.writeHead(200, headers).end(gzipSync('plain text'));
  });
  for (let i = 0; i < 2; i += 1) {
    const response = await get();
    assert.equal(await response.text(), 'plain text');
    assert.equal(response.headers.get('content-encoding'), null);
    assert.equal(response.headers.get('content-length'), null);
  }
  const ranged = await get({ range: 'bytes=0-3' });
  assert.equal(ranged.status, 200, 'the entity tag is not that of these bytes');
  assert.equal(origin.count, 1);
});

test('it takes what fetch takes, and gives what fetch gives', async (t) => {
  const { url, cache, origin } = await scene(t, (request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end(`${request.method} ${String(request.headers['x-a'])} ${body}`);
    });
  });
  const posted = await cache.fetch(new Request(url, { method: 'POST', headers: { 'x-a': '1' }, body: 'b' }));
  assert.equal(await posted.clone().text(), 'POST 1 b');
  assert.equal(posted.clone().url, url);
  assert.deepEqual(posted.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal(await text(cache.fetch(new URL(url), { headers: [['X-A', '2']] })), 'GET 2 ');
  assert.equal(await text(cache.fetch(new Request(url), { method: 'delete' })), 'DELETE undefined ');
  const head = await cache.fetch(url, { method: 'head' });
  assert.equal(await head.text(), '');
  assert.equal(head.url, url);
  assert.equal(head.ok, true);
  assert.ok(head instanceof Response);
  assert.equal(await text(cache.fetch('data:text/plain,inline')), 'inline');
  await assert.rejects(cache.fetch('nowhere'), TypeError);
  assert.equal(origin.count, 4);
});

test('what a reader does to its bytes is its own business', async (t) => {
  const { get } = await scene(
    t,
    slowly({ 'cache-control': 'max-age=60' }, () => 'same'),
  );
  for (let i = 0; i < 4; i += 1) {
    const bytes = new Uint8Array(await (await get()).arrayBuffer());
    assert.equal(Buffer.from(bytes).toString(), 'same');
    bytes.fill(0);
  }
});
