import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Counter, Gauge, Histogram, register, Registry, Summary } from 'prom-client';
import { shareRegistry } from '../../core/registry-link.ts';
import { findRegistries } from './find-registries.ts';
import { MAX_SERIES, readRegistries } from './read-registries.ts';

test('the default registry of prom-client is found when the script has imported it, also as ESM', () => {
  assert.deepEqual(findRegistries(), [register]);
});

test('each copy of prom-client has one, and registries that the script names are there too', (t) => {
  const own = new Registry();
  t.after(shareRegistry(own));
  const other = { getMetricsAsJSON: () => [] };
  const { cache } = createRequire(import.meta.url);
  const file = (place: string): string => `/srv/node_modules/${place}/lib/registry.js`;
  const found = findRegistries({
    ...cache,
    [file('old/node_modules/prom-client')]: { exports: { globalRegistry: other } },
    [file('other-client')]: { exports: { globalRegistry: { getMetricsAsJSON: () => [] } } },
    [file('broken/node_modules/prom-client')]: { exports: undefined },
    [file('gone/node_modules/prom-client')]: undefined,
  });
  assert.deepEqual(found, [register, other, own]);
});

test('what prom-client says is read with its labels, types and aggregators', async () => {
  const registry = new Registry();
  const registers = [registry];
  registry.setDefaultLabels({ app: 'shop' });
  new Counter({ name: 'orders_total', help: 'Orders.', labelNames: ['kind', 'a'], registers }).inc(
    { kind: 'a "b"\n\\', a: '1' },
    2,
  );
  new Gauge({ name: 'temperature', help: 'T.', aggregator: 'max', registers }).set(-3.5);
  new Histogram({ name: 'wait_seconds', help: 'W.', buckets: [0.5, 1], registers }).observe(0.7);
  new Summary({ name: 'size', help: 'S.', percentiles: [0.5], registers }).observe(4);
  const { families, leftOut } = await readRegistries([registry]);
  assert.equal(leftOut, 0);
  const shown = families.map(({ name, type, aggregator, series, values }) => ({
    [`${type} ${name} ${aggregator}`]: Object.fromEntries(series.map((each, i) => [each, values[i]])),
  }));
  assert.deepEqual(shown, [
    { 'counter orders_total sum': { 'orders_total{a="1",app="shop",kind="a \\"b\\"\\n\\\\"}': 2 } },
    { 'gauge temperature max': { 'temperature{app="shop"}': -3.5 } },
    {
      'histogram wait_seconds sum': {
        'wait_seconds_bucket{app="shop",le="0.5"}': 0,
        'wait_seconds_bucket{app="shop",le="1.0"}': 1,
        'wait_seconds_bucket{app="shop",le="+Inf"}': 1,
        'wait_seconds_sum{app="shop"}': 0.7,
        'wait_seconds_count{app="shop"}': 1,
      },
    },
    {
      'summary size sum': {
        'size{app="shop",quantile="0.5"}': 4,
        'size_sum{app="shop"}': 4,
        'size_count{app="shop"}': 1,
      },
    },
  ]);
});

test('of two metrics with the same name the first is read, and what is none is passed over', async () => {
  const registry = (...metrics: readonly unknown[]): Registry =>
    ({ getMetricsAsJSON: () => metrics }) as never;
  const gauge = (name: unknown, value: unknown): object => ({
    name,
    type: 'gauge',
    help: '',
    values: [{ value }],
  });
  const { families } = await readRegistries([
    registry(gauge('a', 1), gauge('b c', 1), { name: 'd', type: 'info', values: [] }, { name: 'e' }),
    registry(gauge('a', 2), gauge('f', 'no number'), gauge('g', Number.NaN)),
  ]);
  assert.deepEqual(
    families.map(({ name, values }) => [name, [...values]]),
    [
      ['a', [1]],
      ['f', []],
      ['g', [Number.NaN]],
    ],
  );
});

test('metrics that do not fit are left out whole, and counted', async () => {
  const many = (name: string, count: number): object => ({
    name,
    type: 'gauge',
    help: '',
    values: Array.from({ length: count }, (_, i) => ({ labels: { i }, value: i })),
  });
  const metrics = [many('a', MAX_SERIES - 1), many('b', 2), many('c', 1)];
  const { families, leftOut } = await readRegistries([{ getMetricsAsJSON: () => metrics }]);
  assert.deepEqual(
    families.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.equal(leftOut, 1);
});
