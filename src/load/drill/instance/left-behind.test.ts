import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Belongings, belongingsOf, leftBehind } from './left-behind.ts';

const BEFORE: Belongings = {
  processes: 2,
  supervisorDescriptors: 40,
  supervisorBytes: 80e6,
  workerDescriptors: 120,
  files: ['/dev/shm/respite-drill-1-old'],
};

test('what was there before is not left behind, and neither is a little more', () => {
  assert.deepEqual(leftBehind(BEFORE, BEFORE), []);
  assert.deepEqual(
    leftBehind(BEFORE, { ...BEFORE, supervisorDescriptors: 50, supervisorBytes: 90e6, processes: 1 }),
    [],
  );
});

test('processes, descriptors, memory and files that are more than before are named', () => {
  const after: Belongings = {
    processes: 3,
    supervisorDescriptors: 90,
    supervisorBytes: 380e6,
    workerDescriptors: 1000,
    files: ['/dev/shm/respite-drill-1-old', '/dev/shm/respite-drill-1-new'],
  };
  assert.deepEqual(leftBehind(BEFORE, after), [
    '1 more processes',
    '50 more descriptors of the supervisor',
    '880 more descriptors of the workers',
    '300 MB more memory of the supervisor',
    '/dev/shm/respite-drill-1-new',
  ]);
});

test(
  'a process of this machine can be looked at, one of another cannot',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  () => {
    const own = belongingsOf(process.pid, [process.pid]);
    assert.ok(own !== undefined && own.supervisorBytes > 0 && own.supervisorDescriptors > 0);
    assert.equal(own.workerDescriptors > 0, true);
    assert.equal(belongingsOf(2 ** 22 + 1, []), undefined);
  },
);
