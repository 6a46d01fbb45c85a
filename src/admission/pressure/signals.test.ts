import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Thresholds } from './signal.ts';
import {
  bytesSignal,
  cpuSignal,
  inFlightSignal,
  loopDelaySignal,
  loopUtilizationSignal,
  memorySignal,
  requestsPerSecondSignal,
} from './signals.ts';

const range: Thresholds = { enter: 1, exit: 0 };

test('loop delay is the percentile, or the time since the last tick where that is longer', () => {
  for (const [p99, sinceTick, expected] of [
    [30, 5, 30],
    [30, 400, 400],
    [Number.NaN, 400, 400],
  ] as const) {
    const signal = loopDelaySignal({ p99Ms: () => p99, sinceTickMs: () => sinceTick }, range);
    assert.equal(Math.max(...Array.from({ length: 5 }, () => signal.read(0))), expected);
  }
});

test('loop delay counts when five readings in a row have it: one pause is no pressure', () => {
  const delays = [300, 0, 300, 300, 300, 80, 300, 0];
  const signal = loopDelaySignal({ p99Ms: () => delays.shift() ?? 0, sinceTickMs: () => 0 }, range);
  const seen = Array.from({ length: 8 }, () => signal.read(0));
  assert.deepEqual(seen, [0, 0, 0, 0, 0, 0, 80, 0]);
});

test('in flight and bytes are shares of limits that may change', () => {
  let limit = 100;
  assert.equal(
    inFlightSignal(
      () => 50,
      () => limit,
      range,
    ).read(0),
    0.5,
  );
  limit = 50;
  assert.equal(
    inFlightSignal(
      () => 50,
      () => limit,
      range,
    ).read(0),
    1,
  );
  assert.equal(
    bytesSignal(
      () => 30,
      () => 40,
      range,
    ).read(0),
    0.75,
  );
});

test('memory is resident memory of the group’s limit, or else heap used of the heap’s', () => {
  let limitBytes: number | undefined = 1000;
  const readings = {
    usedBytes: () => 900,
    limitBytes: () => limitBytes,
    heapUsedBytes: () => 100,
    heapLimitBytes: () => 400,
  };
  const signal = memorySignal(readings, range);
  assert.equal(signal.read(0), 0.9);
  limitBytes = undefined;
  assert.equal(signal.read(0), 0.25);
});

test('loop utilization is that of the last interval, however long the process has run', () => {
  let times = { idle: 86_400_000, active: 1000 };
  const signal = loopUtilizationSignal(() => times, range);
  times = { idle: times.idle + 10, active: times.active + 90 };
  assert.equal(signal.read(100), 0.9);
  assert.equal(signal.read(100), 0.9, 'no time has passed: as before');
  times = { idle: times.idle + 100, active: times.active };
  assert.equal(signal.read(200), 0);
});

test('cpu is the share of the cores since the last sample', () => {
  let times = { user: 5_000_000, system: 1_000_000 };
  const signal = cpuSignal(() => times, 2, range);
  assert.equal(signal.read(1000), 0, 'nothing is known yet');
  times = { user: 5_100_000, system: 1_050_000 };
  assert.equal(signal.read(1100), 0.75);
});

test('requests a second are counted from sample to sample', () => {
  let requests = 1_000_000;
  const signal = requestsPerSecondSignal(() => requests, { enter: 500, exit: 400 });
  assert.equal(signal.read(1000), 0);
  requests += 45;
  assert.equal(signal.read(1100), 450);
  requests += 10;
  assert.equal(signal.read(1100), 450, 'no time has passed: as before');
  assert.equal(signal.read(1200), 100, 'and nothing is lost');
});
