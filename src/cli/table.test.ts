import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

test('columns stand under their titles', () => {
  const rows = [
    ['a', '1', 'x'],
    ['long', '100', ''],
  ];
  assert.deepEqual(table([{ title: 'id' }, { title: 'n', align: 'right' }, { title: 'what' }], rows), [
    'ID      N  WHAT',
    'a       1  x',
    'long  100',
  ]);
});
