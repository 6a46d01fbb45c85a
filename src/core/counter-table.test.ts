import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK_ROWS, CounterTable, MAX_ROWS, ROW_CELLS } from './counter-table.ts';

test('rows keep what they counted while others are added', () => {
  const table = new CounterTable();
  for (let row = 0; row < 200; row += 1) {
    assert.equal(table.addRow({ kind: 'connections' }), row);
    table.add(row, 3, row);
    table.add(row, ROW_CELLS - 1, 1);
  }
  for (let row = 0; row < 200; row += 1) {
    assert.deepEqual([table.get(row, 2), table.get(row, 3), table.get(row, ROW_CELLS - 1)], [0, row, 1]);
  }
});

test('it says which blocks have changed', () => {
  const table = new CounterTable();
  for (let row = 0; row < 3 * BLOCK_ROWS; row += 1) table.addRow({ kind: 'connections' });
  table.add(BLOCK_ROWS - 1, 0, 1);
  table.add(2 * BLOCK_ROWS, 0, 1);
  assert.deepEqual([...table.changed.subarray(0, 4)], [1, 0, 1, 0]);
});

test('there are no more rows than there may be', () => {
  const table = new CounterTable();
  for (let i = 0; i < MAX_ROWS + 10; i += 1) table.addRow({ kind: 'connections' });
  assert.equal(table.labels.length, MAX_ROWS);
  assert.equal(table.cells.length, MAX_ROWS * ROW_CELLS);
});
