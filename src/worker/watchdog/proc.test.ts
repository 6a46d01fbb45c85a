import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunQueueWaitMs, read, runQueueWaitMs } from './proc.ts';

test('the time in the run queue is the second number, in nanoseconds', () => {
  assert.equal(parseRunQueueWaitMs('788669251 1888420 60\n'), 1.88842);
  assert.equal(parseRunQueueWaitMs('0\n'), undefined, 'a kernel without statistics');
  assert.equal(parseRunQueueWaitMs(''), undefined);
});

test('what can’t be read is undefined', () => {
  assert.equal(read('/proc/self/no-such-file'), undefined);
});

test(
  'it is that of the main thread, and does not go down',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  () => {
    const first = runQueueWaitMs();
    const second = runQueueWaitMs();
    assert.ok(first !== undefined && second !== undefined && second >= first && first >= 0);
  },
);
