import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CounterReader, CounterWriter } from './counter-file.ts';
import { CounterTable, ROW_CELLS } from './counter-table.ts';
import { temporaryFile } from './support.test.ts';

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
    { numRuns: 60 },
  );
});
