// Removing by hand what is stored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryOrigin, turns } from '../harness/memory-origin.ts';

const URL = 'http://o.example/x?a=1';
const headers = { 'cache-control': 'max-age=60', vary: 'accept-language' };

test('invalidate removes all variants of one URL, and of one host', async () => {
  const { cache, get, asked } = memoryOrigin(() => new Response('x', { headers }));
  const kinds = [{}, { 'accept-language': 'de' }, { host: 'a.example' }];
  const all = async (): Promise<readonly boolean[]> => {
    const hits: boolean[] = [];
    for (const kind of kinds) hits.push((await get(URL, { headers: kind })).how.includes('hit'));
    hits.push((await get('http://o.example/other')).how.includes('hit'));
    return hits;
  };
  await all();
  assert.deepEqual(await all(), [true, true, true, true]);
  await cache.invalidate(`${URL}#part`);
  assert.deepEqual(await all(), [false, false, true, true]);
  await cache.invalidate(new globalThis.URL(URL), 'A.example');
  assert.deepEqual(await all(), [true, true, false, true]);
  await cache.clear();
  assert.deepEqual(await all(), [false, false, false, false]);
  assert.equal(asked.length, 11);
});

test('what is on its way when it is invalidated or cleared is not stored, and nobody joins it', async () => {
  for (const how of ['invalidate', 'clear'] as const) {
    let release = (): void => {};
    const { cache, get, asked } = memoryOrigin(
      (_asked, count) =>
        new Promise((resolve) => {
          const answer = (): void => {
            resolve(new Response(String(count), { headers }));
          };
          if (count === 1) release = answer;
          else answer();
        }),
    );
    const first = get(URL);
    await turns();
    await (how === 'clear' ? cache.clear() : cache.invalidate(URL));
    assert.equal((await get(URL)).text, '2', how);
    release();
    assert.equal((await first).text, '1', how);
    assert.equal((await get(URL)).text, '2', how);
    assert.equal(asked.length, 2, how);
  }
});
