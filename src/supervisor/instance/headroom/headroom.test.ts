import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSample } from '../../../worker/index.ts';
import type { WorkerStatus } from '../../workers/status.ts';
import { Headroom } from './headroom.ts';
import { Peak } from './peak.ts';
import { fewRoutes, mainRoutes, ratesOf, type Window } from './window.ts';
import { Windows } from './windows.ts';

interface Counters {
  readonly seconds: number;
  /** Completed, by route. */
  readonly routes?: Readonly<Record<string, number>>;
  readonly shed?: number;
  readonly gone?: number;
}

/** A worker that has served for this time, at 4 ms of its event loop for each request. */
function workerAt(
  id: number,
  { seconds, routes = {}, shed = 0, gone = 0 }: Counters,
  state: WorkerStatus['state'] = 'ready',
): WorkerStatus {
  const completed = Object.values(routes).reduce((sum, count) => sum + count, 0);
  const activeSeconds = 0.004 * completed;
  const refused = (reason: 'turn' | 'deadline', count: number) =>
    ({ decision: 'shed', reason, criticality: 'critical', route: '', count }) as const;
  const sample: WorkerSample = {
    admission: {
      limit: 10,
      inFlight: 2,
      bodyBudgetBytes: 1,
      bytesInFlight: 0,
      utilization: 0,
      refusedShare: 0,
      pressure: [],
      connectionsRefused: 0,
      requests: [refused('turn', shed), refused('deadline', gone)],
    },
    duration: {
      boundsSeconds: [1],
      series: [
        ...Object.entries(routes).map(([route, count]) => ({
          method: 'GET',
          route,
          status: 200,
          counts: [count, 0],
          sumSeconds: 0.005 * count,
        })),
        { method: 'GET', route: '', status: 503, counts: [shed, 0], sumSeconds: 0 },
      ],
    },
    eventLoopUtilization: 0,
    eventLoopDelayP99Seconds: 0,
    rssBytes: 0,
    heapUsedBytes: 0,
    cpuSeconds: activeSeconds,
    instruments: [],
    runtime: {
      eventLoopDelay: { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 },
      eventLoopActiveSeconds: activeSeconds,
      eventLoopIdleSeconds: seconds - activeSeconds,
      heapSpaces: [],
      collections: [],
      openConnections: 0,
    },
  };
  return {
    id,
    slot: id,
    pid: id,
    restarts: 0,
    state,
    startedAtMs: 0,
    readyAtMs: 0,
    sample,
    sampleAgeMs: 0,
    report: undefined,
    health: [],
  };
}

test('a window is what happened between two readings, in the mean worker', () => {
  const windows = new Windows();
  assert.equal(windows.next(0, [workerAt(1, { seconds: 0 }), workerAt(2, { seconds: 0 })]), undefined);
  const found = windows.next(10_000, [
    workerAt(1, { seconds: 10, routes: { '/a': 1000 }, shed: 100, gone: 500 }),
    workerAt(2, { seconds: 10, routes: { '/a': 500, '/b': 500 } }),
    workerAt(3, { seconds: 1, routes: { '/a': 70 } }),
    workerAt(4, { seconds: 10, routes: { '/a': 90 } }, 'draining'),
  ]);
  assert.ok(found !== undefined);
  assert.deepEqual([found.rps, found.shedRps, found.workers, found.limitUse], [100, 5, 2, 0.2]);
  assert.equal(found.busy.toFixed(3), '0.400');
  assert.deepEqual(found.routes.get('GET /a')?.rps, 75);
  assert.equal(found.routes.get('GET /b')?.latencySeconds.toFixed(3), '0.005');
});

test('a worker without a new sample, or without figures of its event loop, says nothing', () => {
  const windows = new Windows();
  const before = workerAt(1, { seconds: 0 });
  windows.next(0, [before]);
  assert.equal(windows.next(10_000, [{ ...before, sampleAgeMs: 10_000 }]), undefined);
  assert.equal(windows.next(20_000, [{ ...before, sample: undefined }]), undefined);
});

test('routes beyond the busiest are one', () => {
  const routes = new Map(
    Array.from({ length: 30 }, (_, i) => [`GET /${i}`, { rps: 30 - i, latencySeconds: i }]),
  );
  const few = fewRoutes(routes);
  assert.equal(few.size, 21);
  assert.equal(few.get('')?.rps, 55);
  const window = { routes: few, rps: 465 } as unknown as Window;
  const names = mainRoutes([window]);
  assert.deepEqual(names, ['GET /0', 'GET /1', 'GET /2', 'GET /3', 'GET /4', '']);
  assert.deepEqual(ratesOf(window, names), [30, 29, 28, 27, 26, 325]);
});

test('the peak is the busiest minute of a day, and is forgotten after it', () => {
  const peak = new Peak();
  assert.equal(peak.rps, undefined);
  const hourMs = 3_600_000;
  peak.add(0, 50);
  peak.add(1000, 20);
  peak.add(5 * hourMs, 30);
  assert.equal(peak.rps, 50);
  peak.add(23 * hourMs, 1);
  assert.equal(peak.rps, 50);
  peak.add(24 * hourMs, 1);
  assert.equal(peak.rps, 30);
});

test('headroom: unknown at first, then the capacity over the peak; new workers begin anew', () => {
  const headroom = new Headroom({ cores: 8, hasFixedLimit: () => false });
  let second = 0;
  let completed = 0;
  const run = (id: number, seconds: number, rps: number): void => {
    const endSecond = second + seconds;
    for (; second < endSecond; second += 1) {
      completed += rps;
      headroom.look(second * 1000, [workerAt(id, { seconds: second, routes: { '/a': completed } })]);
    }
  };
  assert.deepEqual(headroom.status, {
    capacity: { kind: 'unknown', why: 'too-little-traffic', atLeastRps: 0 },
    peakRps: undefined,
    ratio: undefined,
  });
  run(1, 300, 100);
  const { capacity, peakRps, ratio } = headroom.status;
  assert.ok(capacity.kind === 'known' && Math.abs(capacity.rps - 250) < 20, JSON.stringify(capacity));
  assert.ok(Math.abs((peakRps ?? 0) - 100) < 1 && Math.abs((ratio ?? 0) - 2.5) < 0.2, `${peakRps} ${ratio}`);
  run(2, 75, 100);
  assert.equal(headroom.status.capacity.kind, 'unknown');
  assert.ok(Math.abs((headroom.status.peakRps ?? 0) - 100) < 1);
});
