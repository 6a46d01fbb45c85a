import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LoopTimes } from './idle-credit.ts';
import { TurnBudget } from './turn-budget.ts';

function turnBudget(idleCreditMs = 0, times: LoopTimes = { idle: 0, active: 0 }): TurnBudget {
  return new TurnBudget({ targetMs: 10, burstMs: 50, idleCreditMs }, 0, () => times);
}

/** A server whose requests take a millisecond each, and that is idle between its turns. */
function serverOf(idleCreditMs: number): {
  turn(requests: number, isBacklogged?: boolean): number;
  idles(ms: number): void;
  works(ms: number): void;
} {
  const times = { idle: 0, active: 0 };
  const budget = turnBudget(idleCreditMs, times);
  return {
    turn(requests, isBacklogged = false) {
      let admitted = 0;
      for (let i = 0; i < requests; i += 1) {
        if (!budget.admits(1, admitted)) continue;
        admitted += 1;
        times.active += 1;
      }
      budget.turnEnded(times.idle + times.active, isBacklogged);
      return admitted;
    },
    works(ms) {
      times.active += ms;
      budget.turnEnded(times.idle + times.active);
    },
    idles(ms) {
      times.idle += ms;
      budget.turnEnded(times.idle + times.active);
    },
  };
}

test('a server at rest takes a burst that ends within the burst budget', () => {
  const budget = turnBudget();
  for (let elapsedMs = 0; elapsedMs < 50; elapsedMs += 2) assert.ok(budget.admits(1, elapsedMs));
  assert.ok(!budget.admits(1, 50));
});

test('after a flood the burst is back within a second', () => {
  const budget = turnBudget();
  let nowMs = 0;
  const turn = (elapsedMs: number): boolean => {
    const admits = budget.admits(1, elapsedMs);
    nowMs += 10;
    budget.turnEnded(nowMs);
    return admits;
  };
  for (let i = 0; i < 100; i += 1) turn(80);
  assert.ok(!turn(10));
  for (let i = 0; i < 100; i += 1) turn(0);
  assert.ok(turn(40));
});

test('while connections wait unaccepted the turns get shorter, but none is without a request; then they grow again', () => {
  const budget = turnBudget();
  let nowMs = 0;
  const turn = (isBacklogged: boolean): void => {
    budget.admits(1, 0);
    nowMs += 10;
    budget.turnEnded(nowMs, isBacklogged);
  };
  turn(true);
  assert.ok(budget.admits(1, 24) && !budget.admits(1, 26));
  for (let i = 0; i < 100; i += 1) turn(true);
  assert.ok(budget.admits(1, 0));
  assert.ok(!budget.admits(1, 1));
  for (let i = 0; i < 100; i += 1) turn(false);
  assert.ok(budget.admits(1, 45));
});

test('while connections wait, the lowest class pays first and gets its own back last', () => {
  const budget = turnBudget();
  let nowMs = 0;
  const turns = (count: number, isBacklogged: boolean): void => {
    for (let i = 0; i < count; i += 1) {
      budget.admits(1, 0);
      budget.admits(3, 0);
      nowMs += 10;
      budget.turnEnded(nowMs, isBacklogged);
    }
  };
  turns(6, true);
  assert.ok(budget.admits(3, 0) && !budget.admits(3, 1));
  turns(20, true);
  assert.ok(!budget.admits(3, 0));
  assert.ok(budget.admits(1, 40));
  turns(6, true);
  assert.ok(budget.admits(1, 0) && !budget.admits(1, 1));
  assert.ok(!budget.isAtItsEnd);
  turns(1, true);
  assert.ok(budget.isAtItsEnd);
  turns(23, false);
  assert.ok(budget.admits(1, 40) && !budget.admits(3, 1));
  turns(24, false);
  assert.ok(budget.admits(3, 25));
});

test('after a quiet time a burst may go beyond the budget, while a busy server has nothing saved', () => {
  const server = serverOf(100);
  server.works(400);
  server.idles(60_000);
  assert.equal(server.turn(150), 125, 'no more than one and a half bursts on credit');
  for (let i = 0; i < 500; i += 1) {
    server.turn(1);
    server.idles(1);
  }
  // Half busy, half idle: there is what was left, 100 less the 50 within the budget and the 75 on credit.
  assert.equal(server.turn(150), 50);
  server.idles(1000);
  assert.equal(server.turn(150), 125);
  for (let i = 0; i < 500; i += 1) {
    server.turn(2);
    server.idles(1);
  }
  assert.equal(server.turn(150), 50);
});

test('a new process may save more, and use more of it in a turn', () => {
  const server = serverOf(100);
  // At the start there are 400 ms; a turn uses 225 of them at most, beside the 50 of the burst.
  assert.equal(server.turn(300), 275);
  server.works(125);
  server.idles(60_000);
  assert.equal(server.turn(150), 125, 'not new any more');
});

test('while the credit lasts, connections that wait leave the budget as it is', () => {
  const server = serverOf(100);
  const wave = Array.from({ length: 15 }, () => server.turn(32, true));
  assert.deepEqual(
    wave.slice(0, 13),
    Array.from({ length: 13 }, () => 32),
  );
  assert.deepEqual(wave.slice(13), [25, 11]);
});

test('when most of a turn has to be refused, that is no burst, and the credit is lost', () => {
  const server = serverOf(100);
  assert.equal(server.turn(1000), 275);
  for (let i = 0; i < 500; i += 1) server.turn(1);
  assert.equal(server.turn(150), 50);
});

test('what was refused before counts as refused', () => {
  const budget = turnBudget();
  for (let nowMs = 10; nowMs < 500; nowMs += 10) {
    for (let i = 0; i < 9; i += 1) budget.refusedBefore(3);
    budget.admits(3, 0);
    budget.turnEnded(nowMs);
  }
  assert.ok(budget.admits(3, 4) && !budget.admits(3, 6));
});

test('when requests come late in a turn, large bodies may hold half of what they do, then ever more again', () => {
  const budget = turnBudget();
  let nowMs = 0;
  const turn = (usedMs: number, bodiesShare: number): void => {
    budget.admits(1, usedMs);
    nowMs += 10;
    budget.turnEnded(nowMs, false, bodiesShare);
  };
  turn(5, 0.4);
  assert.equal(budget.bodyShare(1), 1);
  turn(20, 0.4);
  assert.equal(budget.bodyShare(1), 0.2);
  assert.equal(budget.bodyShare(3), 0.2);
  assert.equal(budget.bodyShare(0), 1);
  for (let i = 0; i < 20; i += 1) turn(20, 0.4);
  assert.ok(budget.bodyShare(1) > 0);
  for (let i = 0; i < 200; i += 1) turn(5, 0.4);
  assert.equal(budget.bodyShare(1), 1);
});

test('whatever has happened: at no point of a turn is a class admitted while a more important one is refused', () => {
  const turn = fc.record({
    requests: fc.array(
      fc.record({ rank: fc.nat({ max: 3 }), usedMs: fc.double({ min: 0, max: 100, noNaN: true }) }),
    ),
    lengthMs: fc.double({ min: 0, max: 500, noNaN: true }),
    isBacklogged: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(turn), fc.nat({ max: 200 }), (turns, idleCreditMs) => {
      let nowMs = 0;
      const times = { idle: 0, active: 0 };
      const budget = turnBudget(idleCreditMs, times);
      for (const { requests, lengthMs, isBacklogged } of turns) {
        for (const { rank, usedMs } of requests) budget.admits(rank, usedMs);
        nowMs += lengthMs;
        times.idle += lengthMs;
        budget.turnEnded(nowMs, isBacklogged);
      }
      assert.ok(budget.admits(0, 0));
      for (let usedMs = 0; usedMs < 150; usedMs += 1) {
        const admits = [0, 1, 2, 3].map((rank) => budget.admits(rank, usedMs));
        assert.ok(!admits.join().includes('false,true'), `${usedMs} ms: ${admits.join()}`);
      }
    }),
  );
});
