import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Instrument } from '../../core/instruments.ts';
import { countsByOrigin } from './outbound-counts.ts';

function counter(name: string, ...series: Instrument['series']): Instrument {
  return { name, help: '', type: 'counter', series };
}

test('a worker without calls has no origins', () => {
  assert.equal(countsByOrigin([counter('respite_cache_requests_total', { labels: {}, value: 3 })]).size, 0);
});

test('5xx and no response are failures', () => {
  const series = ['2xx', '3xx', '4xx', '5xx', 'no-response'].map((outcome, i) => ({
    labels: { peer: 'http://a', outcome },
    value: 10 ** i,
  }));
  const counts = countsByOrigin([counter('respite_client_requests_total', ...series)]).get('http://a');
  assert.deepEqual([counts?.requests, counts?.failed, counts?.isObserved], [11_111, 11_000, true]);
});

test('what is no origin or no number is passed over; long origins are cut and counted together', () => {
  const long = `http://${'a'.repeat(200)}`;
  const counts = countsByOrigin([
    counter(
      'respite_client_requests_total',
      { labels: { peer: 7 as never, outcome: '2xx' }, value: 1 },
      { labels: { otel_metric_overflow: 'true' }, value: 1 },
      { labels: { peer: 'http://b', outcome: '2xx' }, value: Number.NaN },
      { labels: { peer: `${long}1`, outcome: '2xx' }, value: 1 },
      { labels: { peer: `${long}2`, outcome: '2xx' }, value: 2 },
      { labels: { peer: '__proto__', outcome: '5xx' }, value: 4 },
    ),
    counter('constructor', { labels: { peer: 'http://c' }, value: 1 }),
  ]);
  assert.deepEqual(
    [...counts.keys()].map(({ length }) => length),
    [100, 9],
  );
  assert.deepEqual(
    [...counts.values()].map(({ requests }) => requests),
    [3, 4],
  );
});
