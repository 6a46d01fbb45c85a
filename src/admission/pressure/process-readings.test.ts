import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessReadings } from './process-readings.ts';

test('what a process reads of itself is plausible', () => {
  const readings = new ProcessReadings();
  const memory = readings.memory();
  assert.ok(memory.rssBytes() > 10_000_000);
  assert.ok(memory.heapUsedBytes() > 0 && memory.heapUsedBytes() < memory.heapLimitBytes());
  const limit = memory.limitBytes();
  assert.ok(limit === undefined || limit > 10_000_000);
  assert.ok(readings.cores >= 1);
  assert.ok(readings.cpuTimes().user > 0);
  assert.ok(readings.loopTimes().active >= 0);
});

test('the delay of the loop is measured from the first reading on, and anew after each', async () => {
  const readings = new ProcessReadings();
  assert.ok(Number.isNaN(readings.loopDelayP99Ms()));
  let delayMs = Number.NaN;
  // The monitor's timer fires every 10 ms; a turn that keeps the loop busy for longer is what it finds.
  while (!(delayMs > 20)) {
    const busyUntilMs = performance.now() + 50;
    while (performance.now() < busyUntilMs);
    await new Promise((resolve) => setImmediate(resolve));
    delayMs = readings.loopDelayP99Ms();
  }
  readings.stop();
  assert.ok(delayMs < 5000);
});
