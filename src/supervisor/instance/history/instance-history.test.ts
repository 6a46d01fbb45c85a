import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSample } from '../../../worker/index.ts';
import type { WorkerStatus } from '../../workers/status.ts';
import { InstanceHistory, type InstanceMeasure } from './instance-history.ts';

interface Counted {
  readonly ok?: number;
  readonly status503?: number;
  readonly shed?: number;
  readonly hits?: number;
  readonly misses?: number;
}

function sampleOf({ ok = 0, status503 = 0, shed = 0, hits = 0, misses = 0 }: Counted): WorkerSample {
  const series = (status: number, counts: number[]): WorkerSample['duration']['series'][number] => ({
    method: 'GET',
    route: '/',
    status,
    counts,
    sumSeconds: 0,
  });
  return {
    admission: {
      limit: 10,
      inFlight: 4,
      bodyBudgetBytes: 1,
      bytesInFlight: 0,
      utilization: 0.4,
      refusedShare: 0,
      pressure: [],
      connectionsRefused: 0,
      requests: [
        { decision: 'shed', reason: 'turn', criticality: 'sheddable', route: '/', count: shed },
        { decision: 'admitted', reason: '', criticality: 'critical', route: '/', count: ok },
      ],
    },
    duration: { boundsSeconds: [0.1, 1], series: [series(200, [ok, 0, 0]), series(503, [status503, 0, 0])] },
    eventLoopUtilization: 0.5,
    eventLoopDelayP99Seconds: 0.02,
    rssBytes: 100,
    heapUsedBytes: 50,
    cpuSeconds: 1,
    instruments: [
      {
        name: 'respite_cache_requests_total',
        help: '',
        type: 'counter',
        series: [
          { labels: { result: 'hit' }, value: hits },
          { labels: { result: 'miss' }, value: misses },
        ],
      },
      {
        name: 'respite_backpressure_pending_bytes',
        help: '',
        type: 'gauge',
        series: [{ labels: {}, value: 7 }],
      },
    ],
  };
}

function worker(
  id: number,
  sample: WorkerSample | undefined,
  given: Partial<WorkerStatus> = {},
): WorkerStatus {
  return {
    id,
    slot: id,
    pid: id,
    restarts: 0,
    state: 'ready',
    startedAtMs: 0,
    readyAtMs: 0,
    sample,
    sampleAgeMs: 0,
    report: undefined,
    health: [],
    ...given,
  };
}

const last = (instance: InstanceHistory, name: InstanceMeasure): number =>
  instance.history.curve(name).values.at(-1) ?? assert.fail('nothing was added');

test('rates over all workers; refusals are not failures, and what nobody says is no number', () => {
  const instance = new InstanceHistory(10);
  instance.add(1000, { fallbackAnswered: 0, workers: [worker(1, sampleOf({})), worker(2, undefined)] });
  assert.equal(last(instance, 'served'), 0);
  assert.equal(last(instance, 'p99Ms'), Number.NaN);
  assert.equal(last(instance, 'cacheHitRatio'), Number.NaN);
  instance.add(2000, {
    fallbackAnswered: 6,
    workers: [
      worker(1, sampleOf({ ok: 100, shed: 40, status503: 45, hits: 3, misses: 1 })),
      worker(2, sampleOf({ ok: 10 })),
    ],
  });
  assert.equal(last(instance, 'served'), 110);
  assert.equal(last(instance, 'failed'), 5);
  assert.equal(last(instance, 'reason-turn'), 40);
  assert.equal(last(instance, 'class-sheddable'), 40);
  assert.equal(last(instance, 'class-critical'), 0);
  assert.equal(last(instance, 'reason-no-worker'), 6);
  assert.equal(last(instance, 'cacheHitRatio'), 0.75);
  assert.equal(last(instance, 'p50Ms'), 50);
  assert.equal(last(instance, 'limit'), 20);
  assert.equal(last(instance, 'rssBytes'), 200);
  assert.equal(last(instance, 'pendingBytes'), 14);
  assert.equal(last(instance, 'readyWorkers'), 2);
});

test('samples that come beside the readings make neither peaks nor gaps', () => {
  const instance = new InstanceHistory(10);
  const add = (atMs: number, sample: WorkerSample, sampleAgeMs: number): void =>
    instance.add(atMs, { fallbackAnswered: 0, workers: [worker(1, sample, { sampleAgeMs })] });
  add(1000, sampleOf({ ok: 100 }), 10);
  const second = sampleOf({ ok: 200 });
  add(2000, second, 10);
  assert.equal(last(instance, 'served'), 100);
  // No new sample between these two readings, then two.
  add(3000, second, 1010);
  assert.equal(last(instance, 'served'), 100);
  add(4000, sampleOf({ ok: 400 }), 10);
  assert.equal(last(instance, 'served'), 100);
});

test('a worker that says nothing any more does nothing, one that is new counts from 0, one that has gone is forgotten', () => {
  const instance = new InstanceHistory(10);
  const first = sampleOf({ ok: 100 });
  const report = { gapMs: 3000, inFlight: 9, utilization: 1, rssBytes: 300 } as WorkerStatus['report'];
  instance.add(1000, { fallbackAnswered: 0, workers: [worker(1, first)] });
  assert.equal(last(instance, 'served'), 100);
  instance.add(4000, {
    fallbackAnswered: 0,
    workers: [worker(1, first, { state: 'unresponsive', report, sampleAgeMs: 3000 })],
  });
  assert.equal(last(instance, 'served'), 0);
  assert.equal(last(instance, 'loopDelayMs'), 3000);
  assert.equal(last(instance, 'readyWorkers'), 0);
  instance.add(5000, { fallbackAnswered: 0, workers: [worker(2, sampleOf({ ok: 30 }))] });
  assert.equal(last(instance, 'served'), 30);
});
