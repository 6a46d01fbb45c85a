import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addInstruments,
  createRegistry,
  type Instrument,
  type Labels,
  MAX_SERIES,
  OVERFLOW,
} from './instruments.ts';

function instrument(
  name: string,
  type: Instrument['type'],
  ...series: readonly (readonly [labels: Labels, value: number])[]
): Instrument {
  return { name, type, help: 'Help.', series: series.map(([labels, value]) => ({ labels, value })) };
}

test('sources are summed by name and labels, in whatever order the labels come', () => {
  const registry = createRegistry();
  registry.add(() => [instrument('a_total', 'counter', [{ x: '1', y: '2' }, 3], [{ x: '2', y: '2' }, 1])]);
  registry.add(() => [
    instrument('a_total', 'counter', [{ y: '2', x: '1' }, 4]),
    instrument('b', 'gauge', [{}, 5]),
  ]);
  assert.deepEqual(registry.read(), [
    instrument('a_total', 'counter', [{ x: '1', y: '2' }, 7], [{ x: '2', y: '2' }, 1]),
    instrument('b', 'gauge', [{}, 5]),
  ]);
});

test('what a source has counted outlives it, what it holds does not', () => {
  const registry = createRegistry();
  let count = 1;
  const remove = registry.add(() => [
    instrument('a_total', 'counter', [{}, count]),
    instrument('b', 'gauge', [{}, count]),
  ]);
  count = 2;
  remove();
  remove();
  count = 3;
  assert.deepEqual(registry.read(), [instrument('a_total', 'counter', [{}, 2])]);
});

test('the registry is the same for every copy of the package, and is read by its global name', () => {
  const remove = addInstruments(() => [instrument('respite_test_total', 'counter', [{}, 1])]);
  const { [Symbol.for('respite.instruments')]: registry } = process as unknown as Record<
    symbol,
    ReturnType<typeof createRegistry>
  >;
  assert.ok(registry?.read().some(({ name }) => name === 'respite_test_total'));
  remove();
});

test('series beyond the limit are one, and nothing that was counted is lost', () => {
  const registry = createRegistry();
  const series = Array.from({ length: MAX_SERIES + 5 }, (_, i) => [{ user: String(i) }, 1] as const);
  registry.add(() => [instrument('a_total', 'counter', ...series)]);
  const [sum] = registry.read();
  assert.equal(sum?.series.length, MAX_SERIES);
  assert.deepEqual(sum?.series.at(-1), { labels: OVERFLOW, value: 6 });
  assert.deepEqual(sum?.series[0], { labels: { user: '0' }, value: 1 });
});
