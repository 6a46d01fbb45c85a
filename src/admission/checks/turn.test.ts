import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TurnCheck } from './turn.ts';

const COPIES = 8;
const CRITICAL = { requestClass: { rank: 1 } } as Parameters<TurnCheck['admits']>[0];
const SHEDDABLE = { requestClass: { rank: 3 } } as typeof CRITICAL;
const SERVER = {};

function turnCheck(clock: { nowMs: number }, acceptsPerTurn: number): TurnCheck {
  return new TurnCheck(
    { targetMs: 10, burstMs: 40, idleCreditMs: 0 },
    {
      now: () => clock.nowMs,
      acceptsPerTurn: () => acceptsPerTurn,
      bodiesShare: () => 0,
      loopTimes: () => ({ idle: 0, active: 0 }),
    },
  );
}

/** A server whose turns last 10 ms each, have a request and accept this many connections. */
async function turns(
  turn: TurnCheck,
  clock: { nowMs: number },
  count: number,
  connections: number,
): Promise<number> {
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    turn.admits(CRITICAL, clock.nowMs);
    for (let j = 0; j < connections; j += 1) if (turn.accepted(SERVER)) kept += 1;
    clock.nowMs += 10;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return kept;
}

test('connections are refused when the shortest turns leave them waiting for two seconds, all but a few', async () => {
  const clock = { nowMs: 0 };
  const turn = turnCheck(clock, COPIES);
  // Seven turns until they are as short as can be, and 200 of 10 ms.
  assert.equal(await turns(turn, clock, 207, COPIES), 207 * COPIES);
  assert.equal(await turns(turn, clock, 50, COPIES), 50 * (COPIES / 4));
});

test('connections without any request are no reason to refuse connections', async () => {
  const clock = { nowMs: 0 };
  const turn = turnCheck(clock, COPIES);
  for (let i = 0; i < 500; i += 1) {
    for (let j = 0; j < COPIES; j += 1) assert.ok(turn.accepted(SERVER));
    clock.nowMs += 10;
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('one turn that takes all that were waiting ends it', async () => {
  const clock = { nowMs: 0 };
  const turn = turnCheck(clock, COPIES);
  await turns(turn, clock, 300, COPIES);
  await turns(turn, clock, 1, COPIES - 1);
  assert.equal(await turns(turn, clock, 100, COPIES), 100 * COPIES);
});

test('the time since a turn began is that since its first request', async () => {
  const clock = { nowMs: 5 };
  const turn = turnCheck(clock, Infinity);
  assert.equal(turn.sinceMs(5), 0);
  turn.admits(CRITICAL, 5);
  turn.admits(CRITICAL, 25);
  assert.equal(turn.sinceMs(30), 25);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(turn.sinceMs(40), 0);
});

test('what sheddable requests have used sheds no critical one behind them, while the other way round it does', async () => {
  const clock = { nowMs: 0 };
  const turn = turnCheck(clock, Infinity);
  const arrives = (request: typeof CRITICAL): boolean => {
    const admits = turn.admits(request, clock.nowMs);
    // As much as one request can count for.
    if (admits) clock.nowMs += 10;
    return admits;
  };
  const admitted = Array.from({ length: 5 }, () => arrives(SHEDDABLE));
  assert.deepEqual(admitted, [true, true, true, false, false]);
  assert.deepEqual(
    Array.from({ length: 5 }, () => arrives(CRITICAL)),
    [true, true, true, true, false],
  );
  assert.ok(!arrives(SHEDDABLE));
});

test('several servers that each accept less than a socket can are no backlog', async () => {
  const clock = { nowMs: 0 };
  const turn = turnCheck(clock, COPIES);
  const servers = [{}, {}, {}];
  for (let i = 0; i < 500; i += 1) {
    turn.admits(CRITICAL, clock.nowMs);
    for (const server of servers) {
      for (let j = 0; j < COPIES - 1; j += 1) assert.ok(turn.accepted(server));
    }
    clock.nowMs += 10;
    await new Promise((resolve) => setImmediate(resolve));
  }
});
