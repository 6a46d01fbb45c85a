import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Exemplars } from './exemplars.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

test('the first of each bucket since the last report is told, once', () => {
  const exemplars = new Exemplars();
  exemplars.ended(2, 3, 0.2, `00-${TRACE}-${SPAN}-01`);
  exemplars.ended(2, 3, 0.1, `00-${'1'.repeat(32)}-${SPAN}-01`);
  exemplars.ended(2, 14, 60, `00-${TRACE}-${SPAN}-03`);
  const told = exemplars.take().map(({ row, bucket, traceId, value }) => [row, bucket, traceId, value]);
  assert.deepEqual(told, [
    [2, 3, TRACE, 0.2],
    [2, 14, TRACE, 60],
  ]);
  assert.deepEqual(exemplars.take(), []);
});

test('what is not kept, or no trace, is no exemplar', () => {
  const exemplars = new Exemplars();
  for (const header of [
    `00-${TRACE}-${SPAN}-00`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01${'x'.repeat(200)}`,
    `00-${TRACE}`,
    '"} 1\n',
    '',
  ]) {
    exemplars.ended(0, 0, 1, header);
  }
  assert.deepEqual(exemplars.take(), []);
});

test('no more than some hundreds at a time; the rest follows', () => {
  const exemplars = new Exemplars();
  for (let row = 0; row < 700; row += 1) exemplars.ended(row, 0, 1, `00-${TRACE}-${SPAN}-01`);
  const first = exemplars.take();
  const rows = [...first, ...exemplars.take()].map(({ row }) => row);
  assert.deepEqual([first.length, rows.length, new Set(rows).size], [500, 700, 700]);
});
