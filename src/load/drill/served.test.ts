import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadOptions, LoadResult } from '../contract.ts';
import type { Site } from './contract.ts';
import { assertServed } from './served.ts';

async function assertAfter(result: Partial<LoadResult>, asked: LoadOptions[] = []): Promise<void> {
  const all = { offered: 20, good: 0, late: 0, refusedBy: {}, failedBy: {}, ...result } as LoadResult;
  await assertServed({
    site: { url: new URL('http://127.0.0.1:1/a'), rate: 500, like: undefined } as Site,
    load: async (options) => {
      asked.push(options);
      return all;
    },
    signal: new AbortController().signal,
  });
}

test('no drill begins on a server that serves nothing: it says what became of the requests', async () => {
  await assert.rejects(assertAfter({ failedBy: { '404': 18 }, refusedBy: { turn: 2 } }), {
    code: 'RESPITE_DRILL_TARGET',
    message:
      'http://127.0.0.1:1/a serves none of 20 requests (404 18, turn 2); --path names another path, --url another server',
  });
});

test('one request that is served is enough, and few are sent', async () => {
  const asked: LoadOptions[] = [];
  await assertAfter({ good: 1 }, asked);
  await assertAfter({ late: 1 });
  await assertAfter({ offered: 0 });
  assert.equal(asked[0]?.rate, 20);
});
