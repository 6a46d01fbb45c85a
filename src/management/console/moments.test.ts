import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InstanceMeasure } from '../../supervisor/instance/history/index.ts';
import { History } from '../../core/history.ts';
import { momentsEvent } from './moments.ts';

test('curves are rounded to what can be seen, and one that does not change is a number', () => {
  const history = new History(['served', 'p99Ms', 'limit'] as InstanceMeasure[], 3);
  const add = (served: number, p99Ms: number): void =>
    history.add({ atMs: 1, served, p99Ms, limit: 5 } as Parameters<typeof history.add>[0]);
  add(123_456_789, 0.123_456);
  add(0, Number.NaN);
  const text = momentsEvent(history, ['served', 'p99Ms', 'limit'], 1, { from: 0, to: 2, isFresh: true });
  assert.match(text, /"curves":\{"served":\[123500000,0\],"p99Ms":\[0\.1235,null\],"limit":5\}/);
});
