import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempted } from './attempted.ts';
import { race } from './hedge.ts';
import { outcomeOfResponse } from './outcome.ts';

function answered(status: number, text: string = ''): Attempted {
  return {
    outcome: outcomeOfResponse(status, () => undefined, false, 1),
    response: new Response(text, { status }),
  };
}

const textOf = async (attempted: Attempted): Promise<string> =>
  'response' in attempted ? await attempted.response.text() : 'failed';

/** An attempt that ends only by being aborted. */
function hanging(lost: AbortSignal): Promise<Attempted> {
  return new Promise((resolve) => {
    lost.addEventListener('abort', () => {
      resolve({ outcome: { kind: 'withdrawn' }, error: lost.reason });
    });
  });
}

test('a first attempt in the usual time is the only one', async () => {
  let seconds = 0;
  const won = await race({
    afterMs: 60_000,
    first: () => Promise.resolve(answered(200, 'first')),
    second: () => {
      seconds += 1;
      return undefined;
    },
  });
  assert.deepEqual([await textOf(won), seconds], ['first', 0]);
});

test('a second attempt that succeeds first is the answer, and the first is aborted', async () => {
  const aborted = Promise.withResolvers<void>();
  const won = await race({
    afterMs: 1,
    first: (lost) => {
      lost.addEventListener('abort', () => {
        aborted.resolve();
      });
      return hanging(lost);
    },
    second: () => Promise.resolve(answered(200, 'second')),
  });
  assert.equal(await textOf(won), 'second');
  await aborted.promise;
});

test('a second attempt that fails leaves the first to answer', async () => {
  const first = Promise.withResolvers<Attempted>();
  const call = race({
    afterMs: 1,
    first: () => first.promise,
    second: () => {
      setImmediate(first.resolve, answered(200, 'first'));
      return Promise.resolve(answered(503));
    },
  });
  assert.equal(await textOf(await call), 'first');
});

test('without a token the first attempt is waited for', async () => {
  const first = Promise.withResolvers<Attempted>();
  const call = race({
    afterMs: 1,
    first: () => first.promise,
    second: () => {
      first.resolve(answered(200, 'first'));
      return undefined;
    },
  });
  assert.equal(await textOf(await call), 'first');
});
