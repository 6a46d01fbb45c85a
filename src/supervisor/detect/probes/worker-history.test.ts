import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import { WorkerHistory } from './worker-history.ts';

const report = (given: Partial<WatchdogReport>): WatchdogReport =>
  ({
    gapMs: 0,
    inFlight: 3,
    completions: 0,
    rssBytes: 9,
    oldGenerationBytes: 8,
    liveBytes: 0,
    utilization: 0.5,
    ...given,
  }) as WatchdogReport;

test('counters become rates, and what is not known is no number', () => {
  const worker = new WorkerHistory(5);
  worker.add(1000, { sample: undefined, report: undefined, cpuSeconds: undefined });
  worker.add(2000, { sample: undefined, report: report({ completions: 10 }), cpuSeconds: 1 });
  worker.add(4000, {
    sample: undefined,
    report: report({ completions: 50, gapMs: 700, liveBytes: 4 }),
    cpuSeconds: 2,
  });
  const values = (
    name: 'completedPerSecond' | 'processors' | 'loopDelayMs' | 'liveBytes' | 'inFlight',
  ): number[] => [...worker.history.curve(name).values];
  assert.deepEqual(values('completedPerSecond'), [Number.NaN, 10, 20]);
  assert.deepEqual(values('processors'), [Number.NaN, Number.NaN, 0.5]);
  assert.deepEqual(values('loopDelayMs'), [0, 0, 700]);
  assert.deepEqual(values('liveBytes'), [Number.NaN, Number.NaN, 4]);
  assert.deepEqual(values('inFlight'), [Number.NaN, 3, 3]);
});
