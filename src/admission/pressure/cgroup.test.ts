import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLimitFiles, parseMemoryLimitBytes, usedMemoryBytes } from './cgroup.ts';

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

test('used is what the kernel cannot drop, of the group that has the limit', () => {
  const files = new Map([
    ['/a/memory.current', '1000\n'],
    ['/a/memory.stat', 'anon 500\ninactive_file 300\n'],
    ['/b/memory.usage_in_bytes', '1000\n'],
    ['/b/memory.stat', 'inactive_file 1\ntotal_inactive_file 400\n'],
    ['/c/memory.current', '700\n'],
  ]);
  const read = (file: string): string | undefined => files.get(file);
  assert.equal(usedMemoryBytes('/a/memory.max', read), 700);
  assert.equal(usedMemoryBytes('/b/memory.limit_in_bytes', read), 600);
  assert.equal(usedMemoryBytes('/c/memory.max', read), 700);
  assert.equal(usedMemoryBytes('/d/memory.max', read), undefined);
});
