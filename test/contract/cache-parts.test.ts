// Parts of a response (206) that are stored, combined, given again and completed: through fetch, through an interceptor and in front of a
// handler. Bytes of two versions of a resource are never one answer.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import {
  type CacheOptions,
  createCache,
  createResponseCache,
  memoryStore,
  remoteStore,
} from '../../src/cache/index.ts';
import { selectRange } from '../../src/http/range.ts';
import { type Asked, memoryOrigin, turns } from '../harness/memory-origin.ts';
import { SqliteBackend } from '../harness/sqlite-backend.ts';

const URL = 'http://o.example/film';

/** A version of the resource. No two have a byte in common at the same place. */
function textOf(version: number, length = 40): string {
  return Array.from({ length }, (_, i) => String.fromCharCode(97 + ((i + 7 * version) % 26))).join('');
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** What an honest server answers (RFC 9110, 14.2). */
function serve(text: string, etag: string, headers: Headers, more: Record<string, string> = {}): Answered {
  const fields = { 'cache-control': 'max-age=10', 'content-type': 'video/x', etag, ...more };
  const condition = headers.get('if-range');
  const range = selectRange(headers.get('range') ?? '', text.length);
  if (range === 'ignore' || (condition !== null && condition !== etag))
    return { status: 200, headers: fields, body: text };
  if (range === 'unsatisfiable')
    return { status: 416, headers: { 'content-range': `bytes */${text.length}` }, body: '' };
  const { first, last } = range;
  const contentRange = `bytes ${first}-${last}/${text.length}`;
  return {
    status: 206,
    headers: { ...fields, 'content-range': contentRange },
    body: text.slice(first, last + 1),
  };
}

const responseOf = ({ status, headers, body }: Answered): Response => new Response(body, { status, headers });

function film(options: CacheOptions = {}): ReturnType<typeof memoryOrigin> {
  return memoryOrigin(({ headers }) => responseOf(serve(textOf(0), '"0"', headers)), options);
}

const ranged = (range: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { range, ...more },
});

test('a stored part answers what lies within it', async () => {
  const { cache, get, asked } = film();
  await get(URL, ranged('bytes=10-19'));
  const response = await cache.fetch(URL, ranged('bytes=12-14'));
  assert.equal(await response.text(), textOf(0).slice(12, 15));
  assert.equal(response.status, 206);
  assert.equal(response.headers.get('content-range'), 'bytes 12-14/40');
  assert.equal(response.headers.get('content-length'), '3');
  assert.equal(response.headers.get('content-type'), 'video/x');
  assert.match(response.headers.get('cache-status') ?? '', /hit; ttl=10/);
  assert.equal((await get(URL, ranged('bytes=15-20'))).status, 206);
  assert.equal(asked.length, 2, 'the last byte was not stored');
  assert.match((await get(URL, ranged('bytes=10-20'))).how, /hit/);
});

test('parts that are all of it are the whole', async () => {
  const { get, asked } = film();
  for (const range of ['bytes=30-', 'bytes=0-9', 'bytes=10-29']) await get(URL, ranged(range));
  const { status, text, how } = await get(URL);
  assert.deepEqual([status, text, asked.length], [200, textOf(0), 3]);
  assert.match(how, /hit/);
});

for (const [stored, missing] of [
  ['bytes=0-29', 'bytes=30-'],
  ['bytes=10-', 'bytes=0-9'],
] as const) {
  test(`who asks for all of it gets ${stored} from the store, and only the rest from the origin`, async () => {
    const { get, asked } = film();
    await get(URL, ranged(stored));
    const { status, text, how } = await get(URL);
    assert.deepEqual([status, text], [200, textOf(0)]);
    assert.match(how, /fwd=partial; fwd-status=206; stored/);
    const { headers } = asked[1] as Asked;
    assert.deepEqual([headers.get('range'), headers.get('if-range')], [missing, '"0"']);
    assert.match((await get(URL)).how, /hit/);
  });
}

test('a part of a version that is over is not completed: the new one comes whole', async () => {
  let version = 0;
  const { get, asked } = memoryOrigin(({ headers }) =>
    responseOf(serve(textOf(version), `"${version}"`, headers)),
  );
  await get(URL, ranged('bytes=0-29'));
  version = 1;
  assert.deepEqual((await get(URL)).text, textOf(1));
  assert.equal(asked.length, 2);
});

test('a part of a new version takes the place of those of the old one', async () => {
  let version = 0;
  const { get, asked } = memoryOrigin(({ headers }) =>
    responseOf(serve(textOf(version), `"${version}"`, headers)),
  );
  await get(URL, ranged('bytes=0-9'));
  version = 1;
  await get(URL, ranged('bytes=20-29'));
  assert.equal((await get(URL, ranged('bytes=0-9'))).text, textOf(1).slice(0, 10));
  assert.equal(asked.length, 3);
});

test('an origin that sends another part than the missing one is asked for all of it', async () => {
  const { get, asked } = memoryOrigin(({ headers }, count) =>
    responseOf(
      count === 2
        ? { ...serve(textOf(0), '"0"', new Headers({ range: 'bytes=31-' })) }
        : serve(textOf(0), '"0"', headers),
    ),
  );
  await get(URL, ranged('bytes=0-29'));
  const { status, text } = await get(URL);
  assert.deepEqual([status, text, asked.length], [200, textOf(0), 3]);
  assert.equal(asked[2]?.headers.get('range'), null);
});

test('an origin that sends fewer bytes than the missing part has breaks off, and nothing is stored of it', async () => {
  const { cache, get } = memoryOrigin(({ headers }, count) => {
    const answered = serve(textOf(0), '"0"', headers);
    return responseOf(count === 2 ? { ...answered, body: answered.body.slice(1) } : answered);
  });
  await get(URL, ranged('bytes=0-29'));
  await assert.rejects((await cache.fetch(URL)).text());
  await turns();
  const { text, status } = await get(URL);
  assert.deepEqual([status, text], [200, textOf(0)]);
});

test('callers who want all of it share the request for what is missing', async () => {
  const { get, asked } = film();
  await get(URL, ranged('bytes=0-29'));
  const all = await Promise.all(Array.from({ length: 20 }, () => get(URL)));
  for (const { text } of all) assert.equal(text, textOf(0));
  assert.equal(asked.length, 2);
});

test('parts with a weak tag, without one, or with several ranges are passed on and not stored', async () => {
  for (const [etag, type] of [
    ['W/"0"', 'video/x'],
    ['', 'video/x'],
    ['"0"', 'multipart/byteranges; boundary=x'],
  ] as const) {
    const { get, cache } = memoryOrigin(({ headers }) => {
      const answered = serve(textOf(0), etag, headers, { 'content-type': type });
      if (etag === '') delete answered.headers['etag'];
      if (type.startsWith('multipart')) delete answered.headers['content-range'];
      return responseOf(answered);
    });
    assert.equal((await get(URL, ranged('bytes=0-3'))).text, textOf(0).slice(0, 4));
    assert.equal(cache.stats().stored, 0);
  }
});

test('a write and an invalidation remove parts; a part that was on its way is not stored after them', async () => {
  const { get, cache, asked } = film();
  await get(URL, ranged('bytes=0-9'));
  await cache.invalidate(URL);
  await get(URL, ranged('bytes=0-9'));
  assert.equal(asked.length, 2);
  await get(URL, { method: 'POST', body: 'x' });
  const late = await cache.fetch(URL, ranged('bytes=0-9'));
  await cache.invalidate(URL);
  await late.text();
  await turns();
  await get(URL, ranged('bytes=0-9'));
  assert.equal(asked.length, 5);
});

test('no more than 16 parts of a representation are stored, nor more bytes than of one that is whole', async () => {
  const { get, cache } = film({ entryLimitBytes: 8 });
  await get(URL, ranged('bytes=0-8'));
  assert.equal(cache.stats().stored, 0);
  await get(URL, ranged('bytes=0-5'));
  await get(URL, ranged('bytes=10-15'));
  assert.equal(cache.stats().stored, 1);
  const many = film();
  for (let i = 0; i < 20; i += 1) await many.get(URL, ranged(`bytes=${2 * i}-${2 * i}`));
  assert.equal(many.cache.stats().stored, 16);
});

test('parts that arrive at the same time are all stored', async () => {
  const { get, asked } = film();
  await Promise.all(['bytes=0-9', 'bytes=10-19', 'bytes=30-39'].map((range) => get(URL, ranged(range))));
  assert.match((await get(URL, ranged('bytes=5-15'))).how, /hit/);
  assert.match((await get(URL, ranged('bytes=35-'))).how, /hit/);
  assert.equal(asked.length, 3);
});

const BAD = ['whole', 'short', 'mislabelled', 'another part', 'another version'] as const;
type How = 'well' | (typeof BAD)[number];

interface Step {
  readonly kind: 'ask' | 'change' | 'pass' | 'invalidate';
  readonly range: string | undefined;
  readonly ifRange: boolean;
  readonly how: How;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(
      ...Array.from({ length: 12 }, () => 'ask' as const),
      'change',
      'pass',
      'invalidate',
      'invalidate',
    ),
    // In eighths of the text, so that some of them meet.
    range: fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(fc.nat(7), fc.integer({ min: 1, max: 4 }))
          .map(([first, count]) => `bytes=${5 * first}-${5 * (first + count) - 1}`),
      },
      { weight: 1, arbitrary: fc.nat(8).map((first) => `bytes=${5 * first}-`) },
      { weight: 1, arbitrary: fc.nat(8).map((count) => `bytes=-${5 * count}`) },
    ),
    ifRange: fc.boolean(),
    how: fc.constantFrom(...Array.from({ length: 15 }, () => 'well' as const), ...BAD),
  }),
  { minLength: 2, maxLength: 25, size: 'max' },
);

/** What a server answers that is not as good as it should be. */
function answerBadly(how: How, version: number, headers: Headers): Answered {
  const served = serve(textOf(version), `"${version}"`, headers);
  if (how === 'whole') return serve(textOf(version), `"${version}"`, new Headers());
  if (served.status !== 206) return served;
  const other = new Headers({ range: 'bytes=3-8' });
  switch (how) {
    case 'short':
      return { ...served, body: served.body.slice(1) };
    case 'mislabelled':
      return { ...served, headers: { ...served.headers, 'content-range': 'bytes 7-3/40' } };
    case 'another part':
      return serve(textOf(version), `"${version}"`, other);
    case 'another version':
      return serve(textOf(version + 1), `"${version + 1}"`, other);
    default:
      return served;
  }
}

for (const [name, newStore, numRuns] of [
  ['memory', (now: () => number) => memoryStore({ now }), 150],
  ['a remote store', (now: () => number) => remoteStore(new SqliteBackend(':memory:'), { now }), 40],
] as const) {
  test(`whatever is asked for and answered in whatever order, what comes from ${name} is of one version`, async () => {
    let [fromParts, completed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        let [now, version, how] = [1_000_000_000, 0, 'well' as How];
        const store = newStore(() => now);
        const { cache } = memoryOrigin(({ headers }) => responseOf(answerBadly(how, version, headers)), {
          now: () => now,
          store,
          storeTimeoutMs: 60_000,
        });
        for (const step of plan) {
          if (step.kind === 'change') version += 1;
          else if (step.kind === 'pass') now += 11_000;
          else if (step.kind === 'invalidate') await cache.invalidate(URL);
          else {
            how = step.how;
            const fields: Record<string, string> = step.range === undefined ? {} : { range: step.range };
            if (step.ifRange && step.range !== undefined) fields['if-range'] = `"${version}"`;
            const response = await cache.fetch(URL, { headers: fields });
            const text = await response.text().catch(() => undefined);
            const status = response.headers.get('cache-status') ?? '';
            await turns(name === 'memory' ? 5 : 20);
            // What is passed on is as the origin sent it.
            if (text === undefined || !/hit|fwd=partial/.test(status)) continue;
            if (status.includes('fwd=partial') && response.status !== 200) continue;
            const etag = response.headers.get('etag') ?? '';
            const all = textOf(Number(etag.slice(1, -1)));
            const [, first, last] =
              /^bytes (\d+)-(\d+)\/40$/.exec(response.headers.get('content-range') ?? '') ?? [];
            const expected = response.status === 200 ? all : all.slice(Number(first), Number(last) + 1);
            if (response.status !== 416) assert.equal(text, expected, status);
            if (status.includes('hit') && response.status === 206) fromParts += 1;
            if (status.includes('fwd-status=206')) completed += 1;
          }
        }
        await cache.close();
      }),
      { numRuns },
    );
    assert.ok(fromParts > numRuns / 2 && completed > 0, `${fromParts} hits, ${completed} completed`);
  });
}

test('an interceptor stores, gives and completes parts', async (t) => {
  const asked: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((incoming, response) => {
    asked.push(incoming.headers);
    const { status, headers, body } = serve(
      textOf(0),
      '"0"',
      new Headers(incoming.headers as Record<string, string>),
    );
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  const cache = createCache();
  t.after(async () => {
    await agent.destroy();
    server.close();
    await cache.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const dispatcher = agent.compose(cache.interceptor());
  const get = async (headers: Record<string, string>): Promise<readonly unknown[]> => {
    const { statusCode, body } = await request(url, { dispatcher, headers });
    const text = await body.text();
    await turns();
    return [statusCode, text];
  };
  assert.deepEqual(await get({ range: 'bytes=0-29' }), [206, textOf(0).slice(0, 30)]);
  assert.deepEqual(await get({ range: 'bytes=5-9' }), [206, textOf(0).slice(5, 10)]);
  assert.deepEqual(await get({}), [200, textOf(0)]);
  assert.deepEqual(await get({}), [200, textOf(0)]);
  assert.deepEqual(
    asked.map(({ range }) => range),
    ['bytes=0-29', 'bytes=30-'],
  );
});

test('parts that a handler of this server sends are given again; it is never asked to complete one', async (t) => {
  const asked: (string | undefined)[] = [];
  const cache = createResponseCache();
  const server = http.createServer(
    cache.handler((incoming, response) => {
      asked.push(incoming.headers.range);
      const fields = new Headers(incoming.headers as Record<string, string>);
      const { status, headers, body } = serve(textOf(0), '"0"', fields);
      response.writeHead(status, headers).end(body);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await cache.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const get = async (headers: Record<string, string>): Promise<readonly unknown[]> => {
    const response = await fetch(url, { headers });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get({ range: 'bytes=0-29' }), [206, textOf(0).slice(0, 30)]);
  assert.deepEqual(await get({ range: 'bytes=5-9' }), [206, textOf(0).slice(5, 10)]);
  assert.deepEqual(await get({}), [200, textOf(0)]);
  assert.deepEqual(await get({ range: 'bytes=30-' }), [206, textOf(0).slice(30)]);
  assert.deepEqual(asked, ['bytes=0-29', undefined]);
});
