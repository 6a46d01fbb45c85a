import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, runQueueWaitMs } from './proc.ts';

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
