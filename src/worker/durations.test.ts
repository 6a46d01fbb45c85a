import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOT_ANNOUNCED } from '../admission/index.ts';
import { CounterTable, ROW_CELLS } from '../core/counter-table.ts';
import { BOUNDS_SECONDS, countAnswering, LOG_SUM, seriesIn } from './duration-row.ts';
import { Durations } from './durations.ts';
import type { DurationSeries } from './sample.ts';
import { histories } from '../../test/harness/histories.ts';

function read({ labels, cells }: CounterTable, isOver = false): DurationSeries[] {
  return labels.flatMap((of, row) => {
    const own = cells.slice(row * ROW_CELLS, (row + 1) * ROW_CELLS);
    if (isOver) countAnswering(own);
    return of.kind === 'ended' ? [seriesIn(of, own)] : [];
  });
}

function total(series: readonly DurationSeries[]): number {
  return series.reduce((sum, { counts }) => sum + counts.reduce((own, count) => own + count, 0), 0);
}

test('a request counts in the first bucket that it does not exceed', () => {
  const table = new CounterTable();
  const durations = new Durations(table);
  for (const seconds of [0, 0.005, 0.0051, 10, 11])
    durations.ended(NOT_ANNOUNCED, '', 'GET', 200, seconds, undefined);
  const [series] = read(table);
  const counts = series?.counts ?? [];
  assert.equal(counts.length, BOUNDS_SECONDS.length + 1);
  assert.deepEqual([counts[0], counts[1], counts.at(-2), counts.at(-1)], [2, 1, 1, 1]);
  assert.equal(series?.sumSeconds, 21.0101);
});

test('logarithms are summed beside the durations, without those of requests that were shed and took no time', () => {
  const table = new CounterTable();
  const durations = new Durations(table);
  for (const seconds of [0, Math.E, Math.E ** 2])
    durations.ended(NOT_ANNOUNCED, '', 'GET', 200, seconds, undefined);
  assert.ok(Math.abs(table.get(0, LOG_SUM) - 3) < 1e-12);
});

test('one series for each route, method and status; unknown methods share one', () => {
  const table = new CounterTable();
  const durations = new Durations(table);
  durations.ended(NOT_ANNOUNCED, '/a', 'GET', 200, 1, undefined);
  durations.ended(NOT_ANNOUNCED, '/a', 'GET', 500, 1, undefined);
  durations.ended(NOT_ANNOUNCED, '/a', 'GET', 200, 1, undefined);
  durations.ended(NOT_ANNOUNCED, '', 'BREW', 200, 1, undefined);
  durations.ended(NOT_ANNOUNCED, '', 'PROPFIND', 200, 1, undefined);
  assert.deepEqual(
    read(table).map((series) => [series.route, series.method, series.status, total([series])]),
    [
      ['/a', 'GET', 200, 2],
      ['/a', 'GET', 500, 1],
      ['', '_OTHER', 200, 2],
    ],
  );
});

test('an answer under way counts when it has ended, or when its process has', () => {
  const table = new CounterTable();
  const durations = new Durations(table);
  const first = durations.answering('/a', 'GET', 200, 0.02);
  durations.answering('/a', 'GET', 200, 0.2);
  assert.equal(total(read(table)), 0);
  durations.ended(first, '/a', 'GET', 200, 3, undefined);
  const [alive] = read(table);
  assert.deepEqual([total(read(table)), alive?.counts[11], alive?.sumSeconds], [1, 1, 3]);
  const [dead] = read(table, true);
  assert.deepEqual([total(read(table, true)), dead?.counts[6], dead?.sumSeconds], [2, 1, 3.1]);
});

test('a million paths, made-up methods and every status: as many series as are allowed, and nothing uncounted', () => {
  const table = new CounterTable();
  const durations = new Durations(table);
  const count = histories(1_000_000);
  for (let i = 0; i < count; i += 1) {
    durations.ended(NOT_ANNOUNCED, `GET /users/${i}`, `M${i}`, 100 + (i % 900), 0, undefined);
  }
  const series = read(table);
  assert.ok(series.length <= 2000 + 900, `${series.length} series`);
  assert.ok(new Set(series.map(({ route }) => route)).size <= 201);
  assert.equal(total(series), count);
});
