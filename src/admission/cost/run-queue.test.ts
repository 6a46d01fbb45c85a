import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunQueue } from './run-queue.ts';

test('threads that wait as long as they run take twice as long; new and ended ones do not count', () => {
  const readings: readonly Record<string, readonly [ranNs: number, waitedNs: number]>[] = [
    { main: [100, 50], gone: [5, 5] },
    { main: [300, 250], fresh: [1000, 9000] },
    { main: [300, 250] },
  ];
  let reads = 0;
  const queue = new RunQueue(() => {
    const reading = readings[Math.min(reads, readings.length - 1)] ?? {};
    reads += 1;
    return new Map(
      Object.entries(reading).map(([thread, [ranNs, waitedNs]]) => [thread, { ranNs, waitedNs }]),
    );
  });
  assert.equal(queue.stretch(0), undefined);
  assert.equal(queue.stretch(400), undefined);
  assert.equal(queue.stretch(500), 2);
  assert.equal(queue.stretch(900), 2);
  assert.equal(reads, 2);
  assert.equal(queue.stretch(1000), undefined);
});

test('the threads of this process are found where there is /proc, and nothing breaks where there is none', () => {
  const queue = new RunQueue();
  queue.stretch(0);
  for (let i = 0; i < 1e6; i += 1) Math.sqrt(i);
  const stretch = queue.stretch(1000);
  assert.ok(stretch === undefined || stretch >= 1);
});
