import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Durations } from './durations.ts';

test('a request counts in the first bucket that it does not exceed', () => {
  const durations = new Durations();
  for (const seconds of [0, 0.005, 0.0051, 10, 11]) durations.observe('', 'GET', 200, seconds);
  const { boundsSeconds, series } = durations.read();
  assert.equal(series.length, 1);
  const counts = series[0]?.counts ?? [];
  assert.equal(counts.length, boundsSeconds.length + 1);
  assert.deepEqual([counts[0], counts[1], counts.at(-2), counts.at(-1)], [2, 1, 1, 1]);
  assert.equal(series[0]?.sumSeconds, 21.0101);
});

test('one series for each route, method and status; unknown methods share one', () => {
  const durations = new Durations();
  durations.observe('/a', 'GET', 200, 1);
  durations.observe('/a', 'GET', 500, 1);
  durations.observe('', 'BREW', 200, 1);
  durations.observe('', 'PROPFIND', 200, 1);
  assert.deepEqual(
    durations.read().series.map(({ route, method, status }) => [route, method, status]),
    [
      ['/a', 'GET', 200],
      ['/a', 'GET', 500],
      ['', '_OTHER', 200],
    ],
  );
});
