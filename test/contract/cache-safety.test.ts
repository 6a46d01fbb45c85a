// One request never decides what the request of somebody else is answered with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditional, type CacheStore, memoryStore, preconditions } from '../../src/cache/index.ts';
import { memoryDispatcher } from '../harness/memory-dispatcher.ts';
import { memoryOrigin } from '../harness/memory-origin.ts';

const URL = 'http://o.example/x';
const PUBLIC = { 'cache-control': 'public, max-age=60' };

test('a tenant that is named by Host gets its own page, through fetch', async () => {
  const { get, asked } = memoryOrigin(
    ({ headers }) => new Response(`page of ${headers.get('host')}`, { headers: PUBLIC }),
  );
  const of = (host: string): ReturnType<typeof get> => get(URL, { headers: { host } });
  assert.equal((await of('a.example')).text, 'page of a.example');
  assert.equal((await of('b.example')).text, 'page of b.example');
  assert.equal((await get(URL)).text, 'page of null');
  assert.match((await of('A.example')).how, /hit/);
  assert.equal(asked.length, 3);
});

test('at the same time too', async () => {
  const { cache } = memoryOrigin(async ({ headers }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return new Response(`page of ${headers.get('host')}`, { headers: PUBLIC });
  });
  const hosts = ['a.example', 'b.example', 'a.example'];
  const bodies = await Promise.all(
    hosts.map(async (host) => (await cache.fetch(URL, { headers: { host } })).text()),
  );
  assert.deepEqual(
    bodies,
    hosts.map((host) => `page of ${host}`),
  );
});

test('a write to a tenant removes the page of that tenant, and the one that Location names', async () => {
  const { get } = memoryOrigin(({ method, headers }) =>
    method === 'POST'
      ? new Response(null, { status: 201, headers: { location: 'http://a.example/x' } })
      : new Response(`page of ${headers.get('host')}`, { headers: PUBLIC }),
  );
  const a = { headers: { host: 'a.example' } };
  const b = { headers: { host: 'b.example' } };
  for (const init of [a, b]) await get(URL, init);
  await get('http://o.example/list', { ...a, method: 'POST' });
  assert.match((await get(URL, b)).how, /hit/);
  assert.match((await get(URL, a)).how, /fwd=uri-miss/);
});

for (const field of ['host', ':authority']) {
  test(`a tenant that is named by ${field} gets its own page, through the interceptor`, async () => {
    const { get } = memoryDispatcher(({ headers }) => ({ headers: PUBLIC, body: JSON.stringify(headers) }));
    for (const name of ['a', 'b']) {
      const headers = { [field]: name };
      assert.equal((await get({ headers })).text, JSON.stringify(headers));
    }
  });
}

test('what is stored for a path is what was answered to that path, as it was sent', async () => {
  const { get } = memoryDispatcher(({ path }) =>
    path === '/index'
      ? { headers: PUBLIC, body: 'good' }
      : { status: 404, headers: PUBLIC, body: `not found: ${path}` },
  );
  for (const path of ['/a/../index', '/a/%2e%2e/index', '/./index', '\\index', '/\\index']) {
    await get({ path });
    await get({ path });
  }
  assert.deepEqual(await get({ path: '/index' }).then(({ status, text }) => [status, text]), [200, 'good']);
});

test('an origin is the same as a string, with a slash, and as a URL', async () => {
  const { get, asked } = memoryDispatcher(({ path }) => ({ headers: PUBLIC, body: path }));
  for (const origin of ['http://o.example', 'http://o.example/', new globalThis.URL('http://o.example')]) {
    assert.equal((await get({ origin, path: '/x' })).text, '/x');
  }
  assert.equal(asked.length, 1);
  assert.equal((await get({ path: '//x' })).text, '//x');
});

test('a GET with content goes past the cache, and neither gets nor leaves anything there', async () => {
  const { get, asked } = memoryDispatcher(({ body }) => ({
    headers: PUBLIC,
    body: `result for ${String(body)}`,
  }));
  const bodies = ['1', '2', undefined, '1'];
  const together = await Promise.all(bodies.map((body) => get({ path: '/_search', body })));
  assert.deepEqual(
    together.map(({ text }) => text),
    bodies.map((body) => `result for ${String(body)}`),
  );
  assert.equal((await get({ path: '/_search', body: '1' })).text, 'result for 1');
  assert.equal(asked.length, 5);
});

test('an answer to If-Match or Range is not the page', async () => {
  const { get } = memoryOrigin(({ headers }) => {
    if (headers.has('if-match')) return new Response('changed', { status: 412, headers: PUBLIC });
    if (headers.has('range')) return new Response('', { status: 416, headers: PUBLIC });
    return new Response('good', { headers: PUBLIC });
  });
  for (const first of [undefined, { 'if-match': '"z"' }, { range: 'bytes=999-' }]) {
    await get(`${URL}?${JSON.stringify(first)}`, first && { headers: first });
    assert.equal((await get(`${URL}?${JSON.stringify(first)}`)).text, 'good');
  }
  await get(URL);
  await get(URL, { headers: { 'if-match': '"z"' } });
  assert.match((await get(URL)).how, /hit/);
});

test('a 412 of ours is for one request only, and names no validators', async () => {
  const options = { etag: '"1"', lastModified: 0, cacheControl: 'public, max-age=60', vary: 'accept' };
  const request = new Request(URL, { headers: { 'if-match': '"2"' } });
  assert.deepEqual(preconditions(request, options), {
    status: 412,
    headers: { 'cache-control': 'no-store' },
  });
  const set: Record<string, string> = {};
  const response = {
    statusCode: 200,
    hasHeader: () => false,
    getHeader: () => undefined,
    setHeader: (name: string, value: string) => (set[name] = value),
    end: () => {},
  };
  assert.ok(conditional({ method: 'GET', headers: { 'if-match': '"2"' } }, response, options));
  assert.equal(response.statusCode, 412);
  assert.deepEqual(set, { 'cache-control': 'no-store', 'content-length': '0' });
});

test('a caller with a key or a token of any name sees the response of no other on an error', async () => {
  let fails = false;
  const { get } = memoryOrigin(({ headers }) => {
    if (fails) return new Response('busy', { status: 503 });
    const who = headers.get('x-api-key') ?? headers.get('x-who') ?? '';
    return new Response(`mail of ${who}`, { headers: { etag: `"${who}"`, 'cache-control': cacheControl } });
  });
  let cacheControl = '';
  for (const [field, control] of [
    ['x-api-key', 'max-age=60'],
    ['x-api-key', ''],
    // Not known to be a credential, but then the response says nothing about who may have it either.
    ['x-who', ''],
  ] as const) {
    fails = false;
    cacheControl = control;
    const url = `${URL}?${field}${control}`;
    await get(url, { headers: { [field]: 'alice' } });
    fails = true;
    for (const headers of [{ [field]: 'bob' }, {}]) {
      assert.deepEqual(await get(url, { headers }).then(({ status }) => status), 503, field);
    }
  }
});

test('credentials stand in no store, neither in keys nor in what is listed there', async () => {
  const memory = memoryStore();
  const seen: unknown[] = [];
  const store: CacheStore = {
    isGuarded: true,
    get: (key) => {
      seen.push(key);
      return memory.get(key);
    },
    put: (key, record, body, expected) => {
      seen.push(key, record);
      return memory.put(key, record, body, expected);
    },
    update: memory.update.bind(memory),
    invalidate: memory.invalidate.bind(memory),
    delete: memory.delete.bind(memory),
    epoch: memory.epoch.bind(memory),
    invalidateTags: memory.invalidateTags.bind(memory),
    flush: memory.flush.bind(memory),
    close: () => {},
  };
  const headers = { ...PUBLIC, vary: 'authorization, cookie, x-api-key' };
  const { get } = memoryOrigin(() => new Response('x', { headers }), { store });
  const credentials = { authorization: 'Bearer SECRET', cookie: 'SECRET=1', 'x-api-key': 'SECRET' };
  await get(URL, { headers: credentials });
  assert.match((await get(URL, { headers: credentials })).how, /hit/);
  assert.ok(seen.length >= 4);
  assert.ok(!JSON.stringify(seen).includes('SECRET'));
});

test('a handler of another generation of undici gets an error, never silence', () => {
  const { dispatch } = memoryDispatcher(() => ({ headers: PUBLIC }));
  const legacy = { onConnect: () => {}, onHeaders: () => true, onComplete: () => {}, onError: () => {} };
  const options = { method: 'GET', origin: 'http://o.example', path: '/' };
  assert.throws(() => dispatch(options, legacy as never), { code: 'UND_ERR_INVALID_ARG' });
});

test('a tenant that a proxy names in another field gets its own page, and writes and invalidations reach it', async () => {
  const fields = [
    'x-forwarded-host',
    'x-original-host',
    'x-forwarded-proto',
    'x-http-method-override',
    'forwarded',
  ];
  for (const field of fields) {
    const { get, cache } = memoryOrigin(({ headers, method }) =>
      method === 'PUT'
        ? new Response(null, { status: 204 })
        : new Response(`page of ${headers.get(field)}`, { headers: PUBLIC }),
    );
    const a = { headers: { [field]: 'host=a.example' } };
    const b = { headers: { [field]: 'host=b.example' } };
    for (const init of [a, b, a, b, { headers: {} as Record<string, string> }, a])
      assert.equal((await get(URL, init)).text, `page of ${init.headers[field] ?? null}`);
    assert.match((await get(URL, a)).how, /hit/);
    for (const end of [() => get(URL, { method: 'PUT' }), () => cache.invalidate(URL)]) {
      await end();
      for (const init of [a, b, {}]) assert.match((await get(URL, init)).how, /uri-miss/);
    }
    const { get: dispatch } = memoryDispatcher(({ headers }) => ({
      headers: PUBLIC,
      body: JSON.stringify(headers),
    }));
    for (const { headers } of [a, b])
      assert.equal((await dispatch({ headers })).text, JSON.stringify(headers));
  }
});
