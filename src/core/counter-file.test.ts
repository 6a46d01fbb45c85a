import assert from 'node:assert/strict';
import fs, { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { CounterReader, CounterWriter } from './counter-file.ts';
import { CounterTable, MAX_ROWS, ROW_BYTES, ROW_CELLS } from './counter-table.ts';
import type { RespiteError } from './errors.ts';
import { temporaryFile } from './support.test.ts';
import { histories } from '../../test/harness/histories.ts';

test('nothing is read where nothing was written', (t) => {
  const reader = new CounterReader(temporaryFile(t));
  reader.read();
  assert.deepEqual(reader.labels, []);
});

test('what was flushed is read, whatever was counted in whatever rows, and however often', (t) => {
  const step = fc.oneof(
    fc.record({ row: fc.nat(700), cell: fc.nat(ROW_CELLS - 1), amount: fc.integer({ min: -5, max: 5 }) }),
    fc.constant('flush' as const),
    fc.constant('add rows' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new CounterTable();
      const file = temporaryFile(t);
      const writer = new CounterWriter(table, file);
      const reader = new CounterReader(file);
      const same = (): void => {
        writer.flush();
        reader.read();
        const { length } = table.labels;
        assert.deepEqual(reader.labels, table.labels);
        assert.deepEqual(
          [...reader.cells.subarray(0, length * ROW_CELLS)],
          [...table.cells.subarray(0, length * ROW_CELLS)],
        );
      };
      for (const done of steps) {
        if (done === 'flush') same();
        else if (done === 'add rows') {
          for (let i = 0; i < 90; i += 1) {
            table.addRow({ kind: 'ended', route: `/é/${i}\n"`, method: 'GET', status: table.labels.length });
          }
        } else if (done.row < table.labels.length) table.add(done.row, done.cell, done.amount);
      }
      same();
    }),
    { numRuns: histories(60) },
  );
});

test('what no writer has written is refused, whatever it is, and what was read before stays', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom(0, 8, 4096, 4096 + MAX_ROWS * ROW_BYTES),
      (bytes, position) => {
        const file = temporaryFile(t);
        const table = new CounterTable();
        table.addRow({ kind: 'connections' });
        table.add(0, 0, 3);
        new CounterWriter(table, file).flush();
        const reader = new CounterReader(file);
        reader.read();
        writeSync(file, bytes, 0, bytes.length, position);
        try {
          reader.read();
        } catch (error) {
          assert.equal((error as RespiteError).code, 'RESPITE_COUNTERS_UNREADABLE');
        }
        assert.deepEqual(reader.labels[0], { kind: 'connections' });
        for (const { kind } of reader.labels) assert.ok(['connections', 'decided', 'ended'].includes(kind));
      },
    ),
  );
});

test('a file that is full is an error, and labels that were not written are not counted', (t) => {
  const file = temporaryFile(t);
  const table = new CounterTable();
  const writer = new CounterWriter(table, file);
  table.addRow({ kind: 'connections' });
  const write = t.mock.method(fs, 'writeSync', () => 3);
  syncBuiltinESMExports();
  assert.throws(() => writer.flush(), /no room for counters: 3 of \d+ bytes written/);
  write.mock.restore();
  syncBuiltinESMExports();
  const reader = new CounterReader(file);
  reader.read();
  assert.deepEqual(reader.labels, []);
});
