import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricsSample, MetricsWorker } from './snapshot.ts';
import { utilization } from './utilization.ts';

function worker(
  state: MetricsWorker['state'],
  admission: number,
  eventLoopUtilization: number,
): MetricsWorker {
  const stats: MetricsSample['admission'] = {
    limit: 10,
    inFlight: 0,
    bodyBudgetBytes: 1000,
    bytesInFlight: 0,
    utilization: admission,
    refusedShare: 0,
    pressure: [],
    connectionsRefused: 0,
    requests: [],
  };
  const sample: MetricsSample = {
    admission: stats,
    eventLoopUtilization,
    eventLoopDelayP99Seconds: 0,
    rssBytes: 0,
    heapUsedBytes: 0,
    cpuSeconds: 0,
    instruments: [],
  };
  return { id: 1, slot: 1, state, sample };
}

test('of a worker whatever is fuller: its limits or its loop', () => {
  assert.equal(utilization({ workers: [worker('ready', 0.2, 0.6)] }), 0.6);
  assert.equal(utilization({ workers: [worker('ready', 0.8, 0.6)] }), 0.8);
});

test('the mean over those that take requests; one that is blocked is full', () => {
  const workers = [
    worker('ready', 0.25, 0),
    worker('unresponsive', 0, 0),
    worker('draining', 1, 1),
    { ...worker('starting', 0, 0), sample: undefined },
  ];
  assert.equal(utilization({ workers }), 0.625);
});

test('a limit that has just fallen below what is in flight is no more than full', () => {
  assert.equal(utilization({ workers: [worker('ready', 3, 0)] }), 1);
});

test('nothing is said where nothing is known', () => {
  assert.equal(utilization({ workers: [] }), undefined);
  assert.equal(utilization({ workers: [{ ...worker('starting', 0, 0), sample: undefined }] }), undefined);
});
