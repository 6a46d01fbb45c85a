// What the user of a cache says about URLs and lifetimes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../../src/cache/index.ts';
import { type MemoryOrigin, memoryOrigin, turns } from '../harness/memory-origin.ts';

const O = 'http://o.example';
const hits = async ({ get }: MemoryOrigin, url: string, init?: RequestInit): Promise<boolean> =>
  (await get(url, init)).how.includes('hit');

test('rules give lifetimes, also to errors, and take them', async () => {
  const statuses: Readonly<Record<string, number>> = { '/gone': 404, '/broken': 500, '/busy': 503 };
  const scene = memoryOrigin(
    ({ url }) => {
      const path = new URL(url).pathname;
      const control = {
        '/fresh': 'max-age=60',
        '/admin/x': 'max-age=60',
        '/secret': 'no-store',
        '/mine': 'private',
      }[path];
      return new Response('x', {
        status: statuses[path] ?? 200,
        headers: control === undefined ? {} : { 'cache-control': control },
      });
    },
    {
      rules: [
        { path: '/admin/*', never: true },
        { origin: O, ttlMs: 60_000, negativeTtlMs: 10_000 },
      ],
    },
  );
  for (const [path, isHit] of [
    ['/says-nothing', true],
    ['/fresh', true],
    ['/gone', true],
    ['/broken', false],
    ['/busy', false],
    ['/secret', false],
    ['/mine', false],
    ['/admin/x', false],
  ] as const) {
    await scene.get(O + path);
    assert.equal(await hits(scene, O + path), isHit, path);
  }
  const cookie = { headers: { cookie: 'a' } };
  await scene.get(`${O}/with-cookie`, cookie);
  assert.ok(!(await hits(scene, `${O}/with-cookie`, cookie)), "a user's own stays a user's own");
});

test('URLs that are the same by a rule or by a key are stored once, and invalidated together', async () => {
  const scene = memoryOrigin(() => new Response('x', { headers: { 'cache-control': 'max-age=60' } }), {
    rules: [{ path: '/list', ignoreQuery: ['utm_source'] }],
    key: (url) => url.href.replace('/v2/', '/v1/'),
  });
  await scene.get(`${O}/list?b=1&a=2&utm_source=x`);
  assert.ok(await hits(scene, `${O}/list?a=2&b=1`));
  assert.ok(!(await hits(scene, `${O}/list?a=2`)));
  await scene.get(`${O}/v1/x?utm_source=x`);
  assert.ok(await hits(scene, `${O}/v2/x?utm_source=x`));
  assert.ok(!(await hits(scene, `${O}/v2/x`)));
  await scene.cache.invalidate(`${O}/list?utm_source=y&b=1&a=2`);
  assert.ok(!(await hits(scene, `${O}/list?a=2&b=1`)));
  await scene.cache.fetch(`${O}/v2/x`, { method: 'POST' });
  assert.ok(!(await hits(scene, `${O}/v1/x`)));
});

test('where the key function throws, or gives no URL, nothing is stored', async () => {
  for (const key of [
    () => {
      throw new Error('broken');
    },
    () => 'no URL',
  ]) {
    const scene = memoryOrigin(() => new Response('x', { headers: { 'cache-control': 'max-age=60' } }), {
      key,
    });
    await scene.get(`${O}/x`);
    assert.ok(!(await hits(scene, `${O}/x`)));
  }
});

test('a partition function that throws leaves a request without the cache', async () => {
  const partition = (): string => {
    throw new Error('broken');
  };
  const scene = memoryOrigin(() => new Response('x', { headers: { 'cache-control': 'max-age=60' } }), {
    partition,
  });
  await scene.get(`${O}/x`);
  assert.ok(!(await hits(scene, `${O}/x`)));
});

test('jitter ends what came together at different times, and never later', async () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = (): number => now;
  const scene = memoryOrigin(
    () =>
      new Response('x', { headers: { 'cache-control': 'max-age=100', date: new Date(now).toUTCString() } }),
    { jitter: 0.5, now: clock, store: memoryStore({ now: clock }) },
  );
  const urls = Array.from({ length: 40 }, (_, i) => `${O}/${i}`);
  for (const url of urls) await scene.get(url);
  const fresh = async (atSeconds: number): Promise<number> => {
    now = Date.UTC(2026, 0, 1) + atSeconds * 1000;
    let count = 0;
    for (const url of urls)
      if (await hits(scene, url, { headers: { 'cache-control': 'only-if-cached' } })) count += 1;
    return count;
  };
  assert.equal(await fresh(49), 40);
  const half = await fresh(75);
  // 0.5 to the power of 40 is the chance of all or none.
  assert.ok(half > 0 && half < 40, String(half));
  assert.equal(await fresh(100), 0);
});

test('early refresh keeps fresh what is asked for', async () => {
  let now = Date.UTC(2026, 0, 1);
  const clock = (): number => now;
  const scene = memoryOrigin(
    (_asked, count) =>
      new Response(String(count), {
        headers: { 'cache-control': 'max-age=100', date: new Date(now).toUTCString() },
      }),
    { earlyRefresh: 0.2, now: clock, store: memoryStore({ now: clock }) },
  );
  const at = async (seconds: number, init?: RequestInit): Promise<string> => {
    now = Date.UTC(2026, 0, 1) + seconds * 1000;
    const { text, how } = await scene.get(`${O}/x`, init);
    assert.equal(how.includes('hit'), seconds > 0);
    await turns();
    return text;
  };
  assert.equal(await at(0), '1');
  assert.equal(await at(79), '1');
  assert.equal(await at(80, { headers: { 'cache-control': 'only-if-cached' } }), '1');
  assert.equal(scene.asked.length, 1);
  assert.equal(await at(80), '1');
  assert.equal(scene.asked.length, 2);
  assert.equal(await at(159), '2');
  assert.equal(scene.asked.length, 2);
});

test('what is expired is revalidated, and served while the origin fails', async () => {
  let isFailing = false;
  const scene = memoryOrigin(({ headers }) => {
    if (isFailing)
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
    const isSame = headers.get('if-none-match') === '"1"';
    return new Response(isSame ? null : 'x', {
      status: isSame ? 304 : 200,
      headers: { 'cache-control': 'max-age=60', etag: '"1"', vary: 'accept-language' },
    });
  });
  const german = { headers: { 'accept-language': 'de' } };
  await scene.get(`${O}/x`);
  await scene.get(`${O}/x`, german);
  assert.ok(await hits(scene, `${O}/x`, german));
  await scene.cache.expire(`${O}/x#part`);
  for (const init of [{}, german]) {
    assert.match((await scene.get(`${O}/x`, init)).how, /fwd=stale; fwd-status=304/);
    assert.ok(await hits(scene, `${O}/x`, init));
  }
  await scene.cache.expire(`${O}/x`);
  isFailing = true;
  assert.match((await scene.get(`${O}/x`)).how, /detail=unreachable/);
  assert.equal((await scene.get(`${O}/x`)).text, 'x');
});

test('what is on its way when its URL is expired is not stored as fresh', async () => {
  const open: ((response: Response) => void)[] = [];
  const scene = memoryOrigin(
    () =>
      new Promise((resolve) => {
        open.push(resolve);
      }),
  );
  const answer = (): void =>
    open.shift()?.(new Response('x', { headers: { 'cache-control': 'max-age=60' } }));
  const first = scene.get(`${O}/x`);
  await turns();
  await scene.cache.expire(`${O}/x`);
  answer();
  await first;
  const second = scene.get(`${O}/x`);
  await turns();
  answer();
  assert.match((await second).how, /uri-miss/);
});
