import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessReadings } from './process-readings.ts';

test('what a process reads of itself is plausible', () => {
  const readings = new ProcessReadings();
  const memory = readings.memory();
  assert.ok(memory.usedBytes() > 10_000_000);
  assert.ok(memory.heapUsedBytes() > 0 && memory.heapUsedBytes() < memory.heapLimitBytes());
  const limit = memory.limitBytes();
  assert.ok(limit === undefined || limit > 10_000_000);
  assert.ok(readings.cores >= 1);
  assert.ok(readings.cpuTimes().user > 0);
  assert.ok(readings.loopTimes().active >= 0);
});

test('the delay of the loop is not measured while the process is idle, and is while it is blocked for long', async (t) => {
  let nowMs = 0;
  let utilization = 0;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.method(performance, 'eventLoopUtilization', () => ({ idle: 0, active: 0, utilization }));
  const readings = new ProcessReadings();
  const release = readings.hold();
  const readAfter = async (ms: number): Promise<number> => {
    nowMs += ms;
    // Time for the monitor's timer, if it runs, in a turn that is longer than that.
    const { hrtime } = process;
    for (const sinceNs = hrtime.bigint(); hrtime.bigint() - sinceNs < 30_000_000n;);
    await new Promise((resolve) => setImmediate(resolve));
    return readings.loopDelayP99Ms();
  };
  /** A delay is known when the timer has fired twice. */
  const isMeasured = async (ms: number): Promise<boolean> => {
    for (let i = 0; i < 10; i += 1) if ((await readAfter(ms)) > 0) return true;
    return false;
  };
  assert.equal(await isMeasured(100), true);
  assert.equal(await isMeasured(1000), false);
  utilization = 0.9;
  assert.equal(await isMeasured(1000), true);
  release();
});

test('the delay of the loop is measured from the first reading on, and anew after each', async () => {
  const readings = new ProcessReadings();
  const release = readings.hold();
  assert.ok(Number.isNaN(readings.loopDelayP99Ms()));
  let delayMs = Number.NaN;
  // The monitor's timer fires every 10 ms; a turn that keeps the loop busy for longer is what it finds.
  while (!(delayMs > 20)) {
    const busyUntilMs = performance.now() + 50;
    while (performance.now() < busyUntilMs);
    await new Promise((resolve) => setImmediate(resolve));
    delayMs = readings.loopDelayP99Ms();
  }
  release();
  assert.ok(delayMs < 5000);
});
