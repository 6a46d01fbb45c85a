// cache.fetch takes what fetch takes and gives what fetch gives: each case is asked of both, from a server that says raw bytes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createCache } from '../../src/cache/index.ts';
import { memoryOrigin } from '../harness/memory-origin.ts';

const TEXT = 'some text';
const FRESH = 'Cache-Control: public, max-age=60';

const answer = (status: string, fields: readonly string[], body: Buffer | string = TEXT): Buffer =>
  Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status}`, 'Connection: close', ...fields, '', ''].join('\r\n')),
    Buffer.from(body),
  ]);
const sized = (status: string, fields: readonly string[], body: Buffer | string = TEXT): Buffer =>
  answer(status, [`Content-Length: ${Buffer.byteLength(body)}`, ...fields], body);
const encoded = (coding: string, body: Buffer): Buffer =>
  sized('200 OK', [FRESH, `Content-Encoding: ${coding}`], body);

/** What the server says for each path. */
const ANSWERS: Readonly<Record<string, Buffer>> = {
  '/plain': sized('200 OK', [FRESH, 'Content-Type: text/plain']),
  '/no-store': sized('200 OK', ['Cache-Control: no-store']),
  '/empty': sized('200 OK', [FRESH], ''),
  '/none': answer('204 No Content', [FRESH], ''),
  '/reset-content': answer('205 Reset Content', ['Content-Length: 0', FRESH], ''),
  '/600': sized('600 Beyond', [FRESH]),
  '/999': sized('999 Request denied', [FRESH]),
  '/999-no-store': sized('999 Request denied', ['Cache-Control: no-store']),
  '/utf-8-reason': sized('200 成功', [FRESH]),
  '/utf-8-reason-no-store': sized('200 成功', ['Cache-Control: no-store']),
  '/no-reason': sized('200 ', [FRESH]),
  '/404': sized('404 Not Found', [FRESH]),
  '/cookies': sized('200 OK', ['Set-Cookie: a=1', 'Set-Cookie: b=2']),
  '/latin-1': sized('200 OK', [FRESH, 'X-A: caf\u00e9']),
  '/redirect': sized('302 Found', [FRESH, 'Location: /plain']),
  '/gzip': encoded('gzip', gzipSync(TEXT)),
  '/x-gzip': encoded('X-GZIP', gzipSync(TEXT)),
  '/deflate': encoded('deflate', deflateSync(TEXT)),
  '/br': encoded('br', brotliCompressSync(TEXT)),
  '/zstd': encoded('zstd', zstdCompressSync(TEXT)),
  '/twice': encoded('gzip, br', brotliCompressSync(gzipSync(TEXT))),
  '/unknown': encoded('unknown', Buffer.from('as it is')),
  '/gzip-unknown': encoded('gzip, identity', Buffer.from('still encoded')),
};

const digest = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const CASES: readonly (readonly [path: string, init?: RequestInit])[] = [
  ...Object.keys(ANSWERS).map((path) => [path] as const),
  ['/plain', { method: 'HEAD' }],
  ['/plain', { method: 'head' }],
  ['/plain', { method: 'POST', body: 'x' }],
  ['/plain', { method: 'GET', body: 'x' }],
  ['/plain', { headers: [['x-a', '1']] }],
  ['/plain', { headers: { 'x-a': 'ł' } }],
  ['/plain', { headers: { '': '1' } }],
  ['/plain', { integrity: digest(TEXT) }],
  ['/plain', { integrity: digest('other') }],
  ['/plain', { signal: AbortSignal.abort(new Error('gone')) }],
  ['/redirect', { redirect: 'manual' }],
  ['/redirect', { redirect: 'error' }],
  ...(['default', 'no-store', 'reload', 'no-cache', 'force-cache'] as const).map(
    (cache) => ['/plain', { cache }] as const,
  ),
];

let url = '';
const cache = createCache();
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (head) => {
    const [method, path = ''] = head.toString('latin1').split(' ', 2);
    const said = ANSWERS[path] ?? sized('404 Not Found', []);
    socket.end(method === 'HEAD' ? said.subarray(0, said.indexOf('\r\n\r\n') + 4) : said);
  });
});

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(async () => {
  server.close();
  await cache.close();
});

/** All of a response that a user can see, except for what is a cache's to say, or is about bytes that fetch has decoded. */
async function seen(fetching: Promise<Response>): Promise<unknown> {
  let response: Response;
  try {
    response = await fetching;
  } catch (error) {
    return { error: (error as Error).name };
  }
  const { status, statusText, ok, redirected, type, url: at } = response;
  const clone = response.clone();
  const isDecoded = (await clone.clone().text()) === TEXT;
  const fields = [...response.headers].filter(
    ([name]) =>
      !['cache-status', 'age', 'date', 'connection', 'keep-alive'].includes(name) &&
      !(isDecoded && ['content-encoding', 'content-length'].includes(name)),
  );
  const bytes = Buffer.from(await clone.arrayBuffer()).toString('latin1');
  const known = type === 'default' ? 'basic' : type;
  return { status, statusText, ok, redirected, type: known, at, fields, bytes, text: await response.text() };
}

for (const [path, init] of CASES) {
  const shown = init === undefined ? '' : ` with ${Object.entries(init).flat().join(' ').slice(0, 40)}`;
  test(`${path}${shown}`, async () => {
    const given = await seen(fetch(url + path, init));
    assert.deepEqual(await seen(cache.fetch(url + path, init)), given, 'the first time');
    assert.deepEqual(await seen(cache.fetch(url + path, init)), given, 'the second time');
    // What fetch refuses makes no Request either.
    if (init?.body === undefined && !Object.hasOwn(given as object, 'error'))
      assert.deepEqual(await seen(cache.fetch(new Request(url + path, init))), given, 'as a Request');
  });
}

test('a body is read into a buffer of the reader, from the network and from the store', async () => {
  const readInto = async (response: Response): Promise<string> => {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' });
    let read = '';
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(4));
      if (done) return read;
      read += Buffer.from(value).toString();
    }
  };
  const own = createCache();
  const { signal } = new AbortController();
  for (const path of ['/plain', '/plain', '/no-store', '/empty', '/empty']) {
    const text = await (await fetch(url + path)).text();
    assert.equal(await readInto(await own.fetch(url + path, { signal })), text, path);
  }
  await own.close();
});

test('arguments of a wrong kind are refused as by fetch', async () => {
  const inits = [5, 'x', { cache: 'x' }, { signal: {} }, { signal: 1 }, { headers: 5 }, { headers: [['a']] }];
  const refusal = (ask: typeof fetch, args: readonly unknown[]): Promise<unknown> =>
    ask(...(args as [string])).then(
      ({ status }) => status,
      (error: unknown) => String(error),
    );
  for (const args of [...inits.map((init) => [`${url}/plain`, init]), [], [undefined], [null], [5]])
    assert.equal(await refusal(cache.fetch, args), await refusal(fetch, args), JSON.stringify(args));
});

test('cache modes: what is asked, what is told to caches on the way, and what is served', async () => {
  const headers = { 'cache-control': 'no-cache', etag: '"1"' };
  for (const [mode, asks, tells, condition] of [
    ['default', true, null, '"1"'],
    ['no-cache', true, 'max-age=0', '"1"'],
    ['reload', true, 'no-cache', null],
    ['no-store', true, 'no-cache', null],
    ['force-cache', false, null, null],
    ['only-if-cached', false, null, null],
  ] as const) {
    const { get, asked } = memoryOrigin(() => new Response('x', { headers }));
    await get('http://o.example/');
    const { status } = await get('http://o.example/', { cache: mode });
    assert.equal(status, 200, mode);
    assert.equal(asked.length, asks ? 2 : 1, mode);
    if (!asks) continue;
    assert.equal(asked[1]?.headers.get('cache-control'), tells, mode);
    assert.equal(asked[1]?.headers.get('if-none-match'), condition, mode);
    const own = { cache: mode, headers: { 'cache-control': 'max-age=5' } };
    await get('http://o.example/', own);
    assert.equal(asked[2]?.headers.get('cache-control'), 'max-age=5', mode);
  }
});

test('a wrong integrity of one caller harms nobody who asks at the same time', async () => {
  const own = createCache();
  const ask = (integrity: string): Promise<unknown> =>
    own.fetch(`${url}/plain`, { integrity }).then((response) => response.text());
  const [wrong, ...right] = await Promise.allSettled([ask(digest('other')), ask(''), ask(digest(TEXT))]);
  assert.equal(wrong.status, 'rejected');
  assert.deepEqual(
    right.map((each) => each.status === 'fulfilled' && each.value),
    [TEXT, TEXT],
  );
  await own.close();
});
