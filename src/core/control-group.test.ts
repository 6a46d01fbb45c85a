import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlGroupsIn, memoryLimitOf, usedMemoryOf } from './control-group.ts';

function memoryFolders(text: string): readonly string[] {
  return controlGroupsIn(text, 'memory').map(({ version, folder }) => `v${version} ${folder}`);
}

for (const [text, bytes] of [
  ['268435456\n', 268_435_456],
  ['max\n', undefined],
  ['9223372036854771712\n', undefined],
  ['9223372036854710272\n', undefined],
  ['0\n', undefined],
  ['', undefined],
  ['-1\n', undefined],
  ['12 34\n', undefined],
  [undefined, undefined],
] as const) {
  test(`${JSON.stringify(text)} is ${bytes === undefined ? 'no limit' : `a limit of ${bytes} bytes`}`, () => {
    const read = (file: string): string | undefined => (file === '/a/memory.max' ? text : '1');
    assert.equal(memoryLimitOf({ version: 2, folder: '/a' }, read), bytes);
  });
}

test('version 2: the group and those above it', () => {
  assert.deepEqual(memoryFolders('0::/system.slice/mail.service\n'), [
    'v2 /sys/fs/cgroup/system.slice/mail.service',
    'v2 /sys/fs/cgroup/system.slice',
    'v2 /sys/fs/cgroup',
  ]);
  assert.deepEqual(memoryFolders('0::/\n'), ['v2 /sys/fs/cgroup']);
});

test('version 1, and both at once: the hierarchy that has the memory controller', () => {
  const text = '12:pids:/docker/abc\n11:memory:/docker/abc\n4:cpu,cpuacct:/\n1:name=systemd:/docker/abc\n';
  assert.deepEqual(memoryFolders(text), [
    'v1 /sys/fs/cgroup/memory/docker/abc',
    'v1 /sys/fs/cgroup/memory/docker',
    'v1 /sys/fs/cgroup/memory',
  ]);
  assert.deepEqual(memoryFolders('3:memory:/\n0::/\n'), ['v1 /sys/fs/cgroup/memory', 'v2 /sys/fs/cgroup']);
  assert.deepEqual(controlGroupsIn(text, 'cpu'), [{ version: 1, folder: '/sys/fs/cgroup/cpu' }]);
});

test('a path outside the namespace, with colons in it, or no such file at all', () => {
  assert.deepEqual(memoryFolders('0::/../../x'), ['v2 /sys/fs/cgroup/x', 'v2 /sys/fs/cgroup']);
  assert.deepEqual(memoryFolders('0::/a:b'), ['v2 /sys/fs/cgroup/a:b', 'v2 /sys/fs/cgroup']);
  assert.deepEqual(memoryFolders(''), []);
});

test('used is what the kernel cannot drop', () => {
  const files = new Map([
    ['/a/memory.current', '1000\n'],
    ['/a/memory.stat', 'anon 500\ninactive_file 300\n'],
    ['/b/memory.usage_in_bytes', '1000\n'],
    ['/b/memory.stat', 'inactive_file 1\ntotal_inactive_file 400\n'],
    ['/c/memory.current', '700\n'],
  ]);
  const read = (file: string): string | undefined => files.get(file);
  assert.equal(usedMemoryOf({ version: 2, folder: '/a' }, read), 700);
  assert.equal(usedMemoryOf({ version: 1, folder: '/b' }, read), 600);
  assert.equal(usedMemoryOf({ version: 2, folder: '/c' }, read), 700);
  assert.equal(usedMemoryOf({ version: 2, folder: '/d' }, read), undefined);
});
