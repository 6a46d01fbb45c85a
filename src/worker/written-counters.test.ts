import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { CounterReader } from '../core/counter-file.ts';
import { CounterTable } from '../core/counter-table.ts';
import { temporaryFile } from '../core/support.test.ts';
import { WrittenCounters } from './written-counters.ts';

interface Counted {
  readonly table: CounterTable;
  readonly written: WrittenCounters;
  readonly descriptor: number;
  count(): void;
  read(): number;
}

function counted(t: TestContext, onFailure: () => void = () => assert.fail()): Counted {
  const descriptor = temporaryFile(t);
  const table = new CounterTable();
  const row = table.addRow({ kind: 'connections' });
  const reader = new CounterReader(descriptor);
  const written = new WrittenCounters(table, descriptor, onFailure);
  // The labels: they cost more than counters do, once.
  written.flush();
  return {
    table,
    descriptor,
    written,
    count: () => table.add(row, 0, 1),
    read: () => {
      reader.read();
      return reader.cells[0] ?? 0;
    },
  };
}

test('up to 2,000 answers a second are written one by one, before they leave', (t) => {
  const { written, count, read } = counted(t);
  for (let i = 1; i <= 2000; i += 1) {
    count();
    written.answered(i / 2);
    assert.equal(read(), i);
  }
});

test('a burst is too, and what comes faster for longer is written every ten milliseconds, until it comes slowly again', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { written, count, read } = counted(t);
  let nowMs = 0;
  /** This many answers a millisecond for a second. Returns how many writes there were, and how late the latest was. */
  const second = (perMs: number): { writes: number; lateMs: number } => {
    let [writes, lateMs, sinceMs, before] = [0, 0, nowMs, read()];
    for (const endMs = nowMs + 1000; nowMs < endMs;) {
      for (let i = 0; i < perMs; i += 1) {
        count();
        written.answered(nowMs);
        if (read() > before) [writes, before, sinceMs] = [writes + 1, read(), nowMs];
      }
      nowMs += 1;
      t.mock.timers.tick(1);
      if (read() > before) [writes, before, sinceMs] = [writes + 1, read(), nowMs];
      lateMs = Math.max(lateMs, nowMs - sinceMs);
    }
    return { writes, lateMs };
  };
  for (let i = 1; i <= 200; i += 1) {
    count();
    written.answered(0);
    assert.equal(read(), i);
  }
  const { writes, lateMs } = second(20);
  assert.ok(writes >= 95 && writes <= 130, `${writes} writes in a second of 20,000 answers`);
  assert.ok(lateMs <= 11, `${lateMs} ms late`);
  second(1);
  assert.equal(second(1).writes, 1000);
});

test('what was not written at once is written soon', async (t) => {
  const { written, count, read } = counted(t);
  for (let i = 1; i <= 1000; i += 1) {
    count();
    written.answered(0);
  }
  assert.ok(read() < 1000);
  while (read() < 1000) await new Promise((resolve) => setTimeout(resolve, 1));
});

test('a file that cannot be written is said once, and counting goes on', (t) => {
  let failures = 0;
  const { table, written, count, descriptor } = counted(t, () => (failures += 1));
  closeSync(descriptor);
  for (let i = 0; i < 3; i += 1) {
    count();
    written.answered(i * 1000);
    written.flush();
  }
  assert.equal(failures, 1);
  assert.equal(table.get(0, 0), 3);
});
