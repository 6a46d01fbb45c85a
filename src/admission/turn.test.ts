import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turn } from './turn.ts';

const COPIES = 8;

/** A server whose turns last 10 ms each, have a request and accept so many connections. */
async function turns(
  turn: Turn,
  clock: { nowMs: number },
  count: number,
  connections: number,
): Promise<number> {
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    turn.admits(1, clock.nowMs);
    for (let j = 0; j < connections; j += 1) if (turn.accepted()) kept += 1;
    clock.nowMs += 10;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return kept;
}

test('connections are refused when the shortest turns leave them waiting for two seconds, all but a few', async () => {
  const clock = { nowMs: 0 };
  const turn = new Turn(
    { targetMs: 10, burstMs: 40 },
    () => clock.nowMs,
    () => COPIES,
  );
  // Seven turns until they are as short as can be, and 200 of 10 ms.
  assert.equal(await turns(turn, clock, 207, COPIES), 207 * COPIES);
  assert.equal(await turns(turn, clock, 50, COPIES), 50 * (COPIES / 4));
});

test('connections without any request are no reason to refuse connections', async () => {
  const clock = { nowMs: 0 };
  const turn = new Turn(
    { targetMs: 10, burstMs: 40 },
    () => clock.nowMs,
    () => COPIES,
  );
  for (let i = 0; i < 500; i += 1) {
    for (let j = 0; j < COPIES; j += 1) assert.ok(turn.accepted());
    clock.nowMs += 10;
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('one turn that takes all that were waiting ends it', async () => {
  const clock = { nowMs: 0 };
  const turn = new Turn(
    { targetMs: 10, burstMs: 40 },
    () => clock.nowMs,
    () => COPIES,
  );
  await turns(turn, clock, 300, COPIES);
  await turns(turn, clock, 1, COPIES - 1);
  assert.equal(await turns(turn, clock, 100, COPIES), 100 * COPIES);
});

test('the time since a turn began is that since its first request', async () => {
  const clock = { nowMs: 5 };
  const turn = new Turn(
    { targetMs: 10, burstMs: 40 },
    () => clock.nowMs,
    () => Infinity,
  );
  assert.equal(turn.sinceMs(5), 0);
  turn.admits(1, 5);
  turn.admits(1, 25);
  assert.equal(turn.sinceMs(30), 25);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(turn.sinceMs(40), 0);
});
