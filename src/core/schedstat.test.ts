import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSchedstat, readSchedstat } from './schedstat.ts';

test('the first number is the time on a processor, the second that in the run queue', () => {
  assert.deepEqual(parseSchedstat('788669251 1888420 60\n'), { ranNs: 788_669_251, waitedNs: 1_888_420 });
  for (const text of ['', '0\n', 'x y z', '1', '-1 2 3']) assert.equal(parseSchedstat(text), undefined, text);
});

test('a thread that is not there has none', () => {
  assert.equal(readSchedstat('self', 'none'), undefined);
});

test(
  'the times of the main thread do not go down',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  () => {
    const first = readSchedstat('self', process.pid) ?? assert.fail();
    const second = readSchedstat(process.pid, process.pid) ?? assert.fail();
    assert.ok(second.ranNs >= first.ranNs && second.waitedNs >= first.waitedNs);
    assert.ok(first.ranNs > 0);
  },
);
