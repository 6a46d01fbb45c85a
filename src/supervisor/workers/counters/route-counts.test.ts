import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CounterTable } from '../../../core/counter-table.ts';
import { routeCounts } from './route-counts.ts';

/** Cells, as admission/counts.ts and worker/duration-row.ts lay them out. */
const FIRST_SHED_REASON = 1;
const FIRST_BUCKET = 0;
const LAST_BUCKET = 14;
const LOG_SUM = 31;

test('answers are counted by route and method; shed requests are neither answers nor failures', () => {
  const table = new CounterTable();
  table.add(table.addRow({ kind: 'decided', criticality: 'critical', route: '/a' }), FIRST_SHED_REASON, 3);
  for (const [route, method, status, shed, slow, logSeconds] of [
    ['/a', 'GET', 200, 0, 1, 2],
    ['/a', 'GET', 500, 0, 1, 3],
    ['/a', 'GET', 503, 2, 0, 0],
    ['/a', 'POST', 503, 1, 1, 4],
    ['/b', 'GET', 200, 0, 5, 6],
  ] as const) {
    const row = table.addRow({ kind: 'ended', route, method, status });
    table.add(row, FIRST_BUCKET, shed);
    table.add(row, LAST_BUCKET, slow);
    table.add(row, LOG_SUM, logSeconds);
  }
  assert.deepEqual(Object.fromEntries(routeCounts(table.labels, table.cells)), {
    'GET /a': { answered: 2, failed: 1, logSeconds: 5 },
    'POST /a': { answered: 1, failed: 1, logSeconds: 4 },
    'GET /b': { answered: 5, failed: 0, logSeconds: 6 },
  });
});
