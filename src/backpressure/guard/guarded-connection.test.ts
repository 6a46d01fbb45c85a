import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteBudget } from '../budget/write-budget.ts';
import { GuardedConnection, type Output } from './guarded-connection.ts';
import { resolveGuardOptions } from './options.ts';

const MB = 1024 * 1024;

interface FakeOutput extends Output {
  pending: number;
  taken: number;
  isReset: boolean;
}

function output(): FakeOutput {
  return {
    pending: 0,
    taken: 0,
    isReset: false,
    fd: -1,
    pendingBytes() {
      return this.pending;
    },
    takenBytes() {
      return this.taken;
    },
    reset() {
      this.isReset = true;
    },
  };
}

interface Bench {
  readonly budget: WriteBudget;
  nowMs: number;
  open(slowPeer?: { readonly graceMs: number } | false): {
    output: FakeOutput;
    connection: GuardedConnection;
  };
}

function bench(limitBytes: number): Bench {
  const made: Bench = {
    budget: new WriteBudget({ limitBytes, guaranteedBytes: 1, evictFirst: 'largest' }, () => made.nowMs),
    nowMs: 0,
    open(slowPeer = false) {
      const fake = output();
      const options = resolveGuardOptions({ budget: made.budget, slowPeer });
      return { output: fake, connection: new GuardedConnection(options, fake) };
    },
  };
  return made;
}

test('what it holds is counted, and given back when it ends', () => {
  const { budget, open } = bench(16 * MB);
  const { output: out, connection } = open();
  out.pending = MB;
  connection.look(0);
  assert.deepEqual([budget.stats().usedBytes, budget.stats().blocked], [MB, 1]);
  out.pending = 0;
  out.taken = MB;
  connection.look(100);
  assert.deepEqual([budget.stats().usedBytes, budget.stats().blocked], [0, 0]);
  out.pending = 2 * MB;
  connection.look(200);
  connection.ended();
  connection.ended();
  assert.deepEqual([budget.stats().usedBytes, budget.stats().blocked, budget.stats().channels], [0, 0, 0]);
  assert.equal(out.isReset, false);
});

test('when the budget needs room the stalled one that holds most is cut, not the one that writes', () => {
  const made = bench(16 * MB);
  const [small, large, writer] = [made.open(), made.open(), made.open()];
  small.output.pending = 3 * MB;
  large.output.pending = 9 * MB;
  for (const { connection } of [small, large]) connection.look(made.nowMs);
  made.nowMs = 1000;
  writer.output.pending = 4 * MB;
  writer.connection.look(made.nowMs);
  assert.deepEqual(
    [small, large, writer].map(({ output: { isReset } }) => isReset),
    [false, true, false],
  );
  assert.equal(made.budget.stats().usedBytes, 7 * MB);
  assert.deepEqual(made.budget.stats().evictions, { budget: 1 });
});

test('one whose peer takes something is not stalled, and goes only when the limit itself is reached', () => {
  const made = bench(16 * MB);
  const [moving, stalled] = [made.open(), made.open()];
  moving.output.pending = 10 * MB;
  stalled.output.pending = 4 * MB;
  for (const { connection } of [moving, stalled]) connection.look(0);
  made.nowMs = 950;
  moving.output.taken = MB;
  moving.connection.look(made.nowMs);
  made.nowMs = 1000;
  moving.output.pending = 11.5 * MB;
  moving.connection.look(made.nowMs);
  assert.deepEqual([moving.output.isReset, stalled.output.isReset], [false, true]);
});

test('one that writes far past the limit between two looks is cut itself', () => {
  const made = bench(16 * MB);
  const { output: out, connection } = made.open();
  out.pending = 100 * MB;
  connection.look(0);
  assert.equal(out.isReset, true);
  assert.equal(made.budget.stats().usedBytes, 0);
});

test('a slow peer is cut after its grace, if that is asked for', () => {
  const made = bench(16 * MB);
  const [kept, judged] = [made.open(false), made.open({ graceMs: 3000 })];
  for (let ms = 0; ms <= 5000; ms += 100) {
    for (const { output: out, connection } of [kept, judged]) {
      out.pending = MB;
      connection.look(ms);
    }
  }
  assert.deepEqual([kept.output.isReset, judged.output.isReset], [false, true]);
  assert.deepEqual(made.budget.stats().evictions, { 'slow-peer': 1 });
});
