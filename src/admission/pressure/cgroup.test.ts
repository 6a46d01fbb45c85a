import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lowestMemoryLimitBytes, memoryLimitFiles, parseMemoryLimitBytes } from './cgroup.ts';

for (const [text, bytes] of [
  ['268435456\n', 268_435_456],
  ['max\n', undefined],
  ['9223372036854771712\n', undefined],
  ['9223372036854710272\n', undefined],
  ['0\n', undefined],
  ['', undefined],
  ['-1\n', undefined],
  ['12 34\n', undefined],
] as const) {
  test(`${JSON.stringify(text)} is ${bytes === undefined ? 'no limit' : `a limit of ${bytes} bytes`}`, () => {
    assert.equal(parseMemoryLimitBytes(text), bytes);
  });
}

test('version 2: the group and those above it', () => {
  assert.deepEqual(memoryLimitFiles('0::/system.slice/mail.service\n'), [
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/system.slice/memory.max',
    '/sys/fs/cgroup/system.slice/mail.service/memory.max',
  ]);
  assert.deepEqual(memoryLimitFiles('0::/\n'), ['/sys/fs/cgroup/memory.max']);
});

test('version 1, and both at once: the hierarchy that has the memory controller', () => {
  const text = '12:pids:/docker/abc\n11:memory:/docker/abc\n4:cpu,cpuacct:/\n1:name=systemd:/docker/abc\n';
  assert.deepEqual(memoryLimitFiles(text), [
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes',
  ]);
  assert.deepEqual(memoryLimitFiles('3:memory:/\n0::/\n'), [
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory.max',
  ]);
});

test('a path outside the namespace, with colons in it, or no such file at all', () => {
  assert.deepEqual(memoryLimitFiles('0::/../../x'), [
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/x/memory.max',
  ]);
  assert.deepEqual(memoryLimitFiles('0::/a:b'), [
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/a:b/memory.max',
  ]);
  assert.deepEqual(memoryLimitFiles(''), []);
});

test('the lowest limit counts, whichever group it is of', () => {
  assert.equal(lowestMemoryLimitBytes(['max\n', '2000\n', undefined, '1000\n', '3000\n']), 1000);
  assert.equal(lowestMemoryLimitBytes(['max\n', undefined]), undefined);
  assert.equal(lowestMemoryLimitBytes([]), undefined);
});
