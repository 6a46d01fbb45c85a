import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteBudget } from '../budget/write-budget.ts';
import { GuardedConnection } from './guarded-connection.ts';
import { HiddenBacklogs } from './hidden-backlogs.ts';
import { resolveGuardOptions } from './options.ts';

const MB = 1024 * 1024;

/** A connection whose library hands its socket one message at a time. */
function upgradedConnection(budget: WriteBudget): {
  connection: GuardedConnection;
  take(): void;
  isReset(): boolean;
} {
  let [taken, isReset] = [0, false];
  const connection = new GuardedConnection(resolveGuardOptions({ budget }), {
    fd: -1,
    pendingBytes: () => 64 * 1024,
    takenBytes: () => taken,
    reset: () => {
      isReset = true;
    },
  });
  connection.upgraded();
  return { connection, take: () => void (taken += 64 * 1024), isReset: () => isReset };
}

test('clients behind which the process grows by more than the budget has left are cut, those that read are not', () => {
  let [nowMs, rssBytes] = [0, 100 * MB];
  const options = { limitBytes: 64 * MB, guaranteedBytes: 1, evictFirst: 'largest' } as const;
  const budget = new WriteBudget(options, () => nowMs);
  const hidden = new HiddenBacklogs(budget, () => rssBytes);
  const [stuck, reading] = [upgradedConnection(budget), upgradedConnection(budget)];
  const round = (): void => {
    nowMs += 100;
    reading.take();
    const all = [stuck.connection, reading.connection];
    for (const connection of all) connection.look(nowMs);
    hidden.look(all, nowMs);
  };
  for (let i = 0; i < 30; i += 1) round();
  assert.equal(stuck.isReset(), false, 'nothing grows');
  rssBytes += 60 * MB;
  round();
  assert.equal(stuck.isReset(), false, 'there is room');
  rssBytes += 10 * MB;
  round();
  assert.deepEqual([stuck.isReset(), reading.isReset()], [true, false]);
  assert.deepEqual(budget.stats().evictions, { budget: 1 });
});

test('a client that reads again begins anew', () => {
  let [nowMs, rssBytes] = [0, 100 * MB];
  const options = { limitBytes: 64 * MB, guaranteedBytes: 1, evictFirst: 'largest' } as const;
  const budget = new WriteBudget(options, () => nowMs);
  const hidden = new HiddenBacklogs(budget, () => rssBytes);
  const { connection, take, isReset } = upgradedConnection(budget);
  for (let i = 0; i < 100; i += 1) {
    nowMs += 100;
    rssBytes += 5 * MB;
    if (i % 9 === 0) take();
    connection.look(nowMs);
    hidden.look([connection], nowMs);
  }
  assert.equal(isReset(), false);
});
