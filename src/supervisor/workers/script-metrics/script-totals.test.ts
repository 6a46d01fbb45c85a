import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ScriptFamily } from '../../../worker/index.ts';
import { ScriptTotals } from './script-totals.ts';

function family(
  type: ScriptFamily['type'],
  values: Readonly<Record<string, number>>,
  aggregator: string = 'sum',
  name: string = 'm',
): ScriptFamily {
  const series = Object.keys(values);
  return { name, help: 'Help.', type, aggregator, series, values: Float64Array.from(Object.values(values)) };
}

/** What is shown of the only family, by series. */
function shown(totals: ScriptTotals, ...workers: readonly number[]): unknown {
  const [only, ...others] = totals.read(workers);
  assert.equal(others.length, 0);
  return only === undefined ? undefined : Object.fromEntries(only.samples);
}

test('counters of all workers are added up, by their labels', () => {
  const totals = new ScriptTotals();
  totals.answered(1, [family('counter', { 'm{a="1"}': 2, 'm{a="2"}': 3 })]);
  totals.answered(2, [family('counter', { 'm{a="1"}': 10 })]);
  assert.deepEqual(shown(totals, 1, 2), { 'm{a="1"}': 12, 'm{a="2"}': 3 });
  totals.answered(1, [family('counter', { 'm{a="1"}': 4, 'm{a="2"}': 3 })]);
  assert.deepEqual(shown(totals, 1, 2), { 'm{a="1"}': 14, 'm{a="2"}': 3 });
});

test('what a worker counted stays counted when it is gone, and its replacement begins at 0', () => {
  const totals = new ScriptTotals();
  totals.answered(1, [family('counter', { m: 100 })]);
  totals.ended(1);
  assert.deepEqual(shown(totals), { m: 100 });
  totals.answered(2, [family('counter', { m: 1 })]);
  assert.deepEqual(shown(totals, 2), { m: 101 });
});

test('whatever workers do, counters never go back', () => {
  const step = fc.record({ worker: fc.nat(3), value: fc.nat(50), ends: fc.boolean(), isAsked: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const totals = new ScriptTotals();
      let before = 0;
      for (const { worker, value, ends, isAsked } of steps) {
        // A lower value than before is a registry that was reset.
        totals.answered(worker, [family('counter', { m: value })]);
        if (ends) totals.ended(worker);
        const now = totals.read(isAsked ? [worker] : [])[0]?.samples[0]?.[1] ?? 0;
        assert.ok(now >= before, `${now} after ${before}`);
        before = now;
      }
    }),
  );
});

test('a histogram is added up, also when its sum goes back by itself', () => {
  const totals = new ScriptTotals();
  const told = (count: number, sum: number): ScriptFamily =>
    family('histogram', { 'm_bucket{le="+Inf"}': count, m_sum: sum, m_count: count });
  totals.answered(1, [told(2, 10)]);
  totals.answered(2, [told(1, 5)]);
  totals.answered(1, [told(3, 4)]);
  assert.deepEqual(shown(totals, 1, 2), { 'm_bucket{le="+Inf"}': 4, m_sum: 9, m_count: 4 });
});

for (const [aggregator, expected] of [
  ['sum', { m: 12 }],
  ['first', { m: 7 }],
  ['min', { m: 1 }],
  ['max', { m: 7 }],
  ['average', { m: 4 }],
  ['omit', undefined],
  ['constructor', undefined],
] as const) {
  test(`gauges, by prom-client's aggregator "${aggregator}"`, () => {
    const totals = new ScriptTotals();
    for (const [worker, value] of [1, 7, 4].entries())
      totals.answered(worker, [family('gauge', { m: value }, aggregator)]);
    // In the order of their slots.
    assert.deepEqual(shown(totals, 1, 0, 2), expected);
  });
}

test('gauges of workers that have not answered are not shown', () => {
  const totals = new ScriptTotals();
  totals.answered(1, [family('gauge', { m: 1 })]);
  totals.answered(2, [family('gauge', { m: 2 })]);
  assert.deepEqual(shown(totals, 2), { m: 2 });
  assert.deepEqual(totals.read([]), []);
});

test('a counter with another aggregator is not added up', () => {
  const totals = new ScriptTotals();
  totals.answered(1, [family('counter', { m: 3 }, 'max')]);
  totals.answered(2, [family('counter', { m: 5 }, 'max')]);
  assert.deepEqual(shown(totals, 1, 2), { m: 5 });
});

test('quantiles of a summary are shown of a single worker only', () => {
  const told = family('summary', { 'm{quantile="0.5"}': 3, m_sum: 6, m_count: 2 });
  const totals = new ScriptTotals();
  totals.answered(1, [told]);
  assert.deepEqual(shown(totals, 1), { 'm{quantile="0.5"}': 3, m_sum: 6, m_count: 2 });
  totals.answered(2, [told]);
  assert.deepEqual(shown(totals, 1, 2), { m_sum: 12, m_count: 4 });
});

test('another version of the script may measure something else by the same name', () => {
  const totals = new ScriptTotals();
  totals.answered(1, [family('counter', { m: 3 })]);
  totals.answered(2, [family('histogram', { m_count: 1 })]);
  assert.deepEqual(
    totals.read([2]).map(({ type, samples }) => [type, samples]),
    [['histogram', [['m_count', 1]]]],
  );
});

test('what is no series of the metric is left out: it could break what scrapers read', () => {
  const totals = new ScriptTotals();
  const series = {
    'm{a="\\n\\"\\\\"}': 1,
    'm\nevil 1': 1,
    'm{a="x\n"}': 1,
    other: 1,
    m_x: 1,
    'm{a=1}': 1,
    'm{': 1,
  };
  totals.answered(1, [family('counter', series)]);
  assert.deepEqual(shown(totals, 1), { 'm{a="\\n\\"\\\\"}': 1 });
});

test('labels without end do not use up the memory', () => {
  const totals = new ScriptTotals();
  for (let worker = 0; worker < 6; worker += 1) {
    const values = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`m{id="${worker}-${i}"}`, 1]),
    );
    totals.answered(worker, [family('counter', values)]);
    totals.ended(worker);
  }
  assert.equal(totals.read([])[0]?.samples.length, 50_000);
  assert.equal(totals.dropped, 10_000);
});
