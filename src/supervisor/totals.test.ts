import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSample } from '../worker/index.ts';
import { addSample, NO_TOTALS } from './totals.ts';

function sample(count: number, status: number): WorkerSample {
  return {
    admission: {
      limit: 1,
      inFlight: 0,
      bodyBudgetBytes: 1,
      bytesInFlight: 0,
      utilization: 0,
      refusedShare: 0,
      pressure: [],
      connectionsRefused: 2,
      requests: [{ decision: 'admitted', reason: '', criticality: 'critical', route: '', count }],
    },
    duration: {
      boundsSeconds: [1],
      series: [{ method: 'GET', route: '', status, counts: [count, 1], sumSeconds: 2 }],
    },
    eventLoopUtilization: 0,
    eventLoopDelayP99Seconds: 0,
    rssBytes: 0,
    heapUsedBytes: 0,
    cpuSeconds: 0,
    instruments: [
      { name: 'a_total', help: 'Help.', type: 'counter', series: [{ labels: {}, value: count }] },
      { name: 'b', help: 'Help.', type: 'gauge', series: [{ labels: {}, value: count }] },
    ],
  };
}

test('the same series of two workers are one, other series stay apart; gauges are of now, and no totals', () => {
  const totals = [sample(3, 200), sample(4, 200), sample(5, 404)].reduce(addSample, NO_TOTALS);
  assert.deepEqual(totals, {
    connectionsRefused: 6,
    requests: [{ decision: 'admitted', reason: '', criticality: 'critical', route: '', count: 12 }],
    duration: {
      boundsSeconds: [1],
      series: [
        { method: 'GET', route: '', status: 200, counts: [7, 2], sumSeconds: 4 },
        { method: 'GET', route: '', status: 404, counts: [5, 1], sumSeconds: 2 },
      ],
    },
    instruments: [{ name: 'a_total', help: 'Help.', type: 'counter', series: [{ labels: {}, value: 12 }] }],
  });
});
