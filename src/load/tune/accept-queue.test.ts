import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AcceptQueue, bestKnee, exploreAcceptQueue } from './accept-queue.ts';

/** A queue that is long enough from this backlog on, by number of copies. */
async function explored(enough: Readonly<Record<number, number>>, trials = Infinity): Promise<AcceptQueue> {
  let left = trials;
  return exploreAcceptQueue(32, async ({ copies, backlog = 511 }) => {
    left -= 1;
    if (left < 0) return undefined;
    const timedOut = backlog < (enough[copies] ?? 0) ? 7 : 0;
    return { connections: 200, timedOut, medianMs: 1, slowestMs: 4000 / copies + 1000 * timedOut };
  });
}

const kneesOf = ({ knees }: AcceptQueue): readonly (readonly number[])[] =>
  knees.map(({ copies, backlog }) => [copies, backlog]);

test('the knee is the smallest backlog without time-outs, by number of copies', async () => {
  const found = await explored({ 1: 400, 4: 250, 32: 100 });
  assert.deepEqual(kneesOf(found), [
    [1, 511],
    [4, 250],
    [32, 100],
  ]);
  assert.equal(found.isComplete, true);
  assert.equal(found.asConfigured?.timedOut, 0);
});

test('the longest backlog is tried, whatever the first one that was', async () => {
  for (const least of [10, 16, 25, 40, 63, 100, 160, 250, 511])
    assert.deepEqual(kneesOf(await explored({ 1: 511, 4: 511, 32: least }))[0], [1, 511], String(least));
});

test('a queue that is never long enough has no knee', async () => {
  assert.deepEqual(kneesOf(await explored({ 1: 1000, 4: 1000, 32: 10 })), [[32, 10]]);
});

test('when time ends, what was found by then is kept', async () => {
  const found = await explored({ 1: 10, 4: 10, 32: 10 }, 2);
  assert.equal(found.isComplete, false);
  assert.deepEqual(kneesOf(found), [[32, 10]]);
});

test('the best knee has as few copies as is as fast', () => {
  const trial = { connections: 200, timedOut: 0, medianMs: 1, backlog: 250 };
  const knees = [
    { ...trial, copies: 1, slowestMs: 4200 },
    { ...trial, copies: 4, slowestMs: 320 },
    { ...trial, copies: 32, slowestMs: 300 },
  ];
  assert.equal(bestKnee(knees)?.copies, 4);
  assert.equal(bestKnee([]), undefined);
});
