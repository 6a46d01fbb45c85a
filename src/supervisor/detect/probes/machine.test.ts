import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCpu } from './cpu.ts';
import { descriptorKinds, parseDescriptorLimit, readDescriptors } from './descriptors.ts';
import { readDisks } from './disks.ts';
import { kernelPlace, readMainThread } from './main-thread.ts';
import { readMemoryUse } from './memory.ts';

const MB = 1024 * 1024;
const isLinux = process.platform === 'linux';

const from =
  (files: Readonly<Record<string, string>>) =>
  (file: string): string | undefined =>
    files[file];

const MEMINFO = 'MemTotal:       1024000 kB\nMemFree: 1 kB\nMemAvailable:    256000 kB\n';

test('memory of a control group v2: the tightest of those above it too, without the cache that the kernel takes back', async () => {
  const use = readMemoryUse(
    from({
      '/proc/self/cgroup': '0::/app/web\n',
      '/proc/meminfo': MEMINFO,
      '/sys/fs/cgroup/app/web/memory.max': 'max\n',
      '/sys/fs/cgroup/app/web/memory.current': `${90 * MB}\n`,
      '/sys/fs/cgroup/app/memory.max': `${200 * MB}\n`,
      '/sys/fs/cgroup/app/memory.current': `${150 * MB}\n`,
      '/sys/fs/cgroup/app/memory.stat': `anon 1\nfile 2\ninactive_file ${30 * MB}\n`,
    }),
  );
  assert.deepEqual(use, { limitBytes: 200 * MB, usedBytes: 120 * MB, source: 'control group' });
});

test('of v1, as seen inside a container', async () => {
  const use = readMemoryUse(
    from({
      '/proc/self/cgroup': '4:memory:/docker/abc\n0::/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${512 * MB}\n`,
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${100 * MB}\n`,
    }),
  );
  assert.deepEqual(use, { limitBytes: 512 * MB, usedBytes: 100 * MB, source: 'control group' });
});

test('without a limit it is the machine’s, and without anything to read nothing', async () => {
  const unlimited = {
    '/proc/self/cgroup': '4:memory:/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/proc/meminfo': MEMINFO,
  };
  assert.deepEqual(readMemoryUse(from(unlimited)), {
    limitBytes: 1000 * MB,
    usedBytes: 750 * MB,
    source: 'machine',
  });
  assert.equal(readMemoryUse(from({})), undefined);
});

test('how long the control group was held back', async () => {
  const v2 = from({
    '/proc/self/cgroup': '0::/app\n',
    '/sys/fs/cgroup/app/cpu.stat': 'usage_usec 1\nnr_throttled 3\nthrottled_usec 7000\n',
  });
  assert.equal(readCpu(v2).throttledMs, 7);
  const v1 = from({
    '/proc/self/cgroup': '1:cpu,cpuacct:/app\n',
    '/sys/fs/cgroup/cpu/app/cpu.stat': 'throttled_time 9000000\n',
  });
  assert.equal(readCpu(v1).throttledMs, 9);
});

test('the limit of descriptors', () => {
  assert.equal(
    parseDescriptorLimit('Limit  Soft\nMax open files            20000      40000   files\n'),
    20_000,
  );
  assert.equal(parseDescriptorLimit('Max open files            unlimited    unlimited   files\n'), undefined);
});

test('descriptors by kind: files by folder, connections by peer', () => {
  const connections = [
    { peer: '10.0.0.7:5432', inode: '1', isInbound: false },
    { peer: '10.0.0.9:999', inode: '2', isInbound: true },
  ];
  const links = [
    '/srv/a',
    '/srv/b',
    '/srv/c',
    'socket:[1]',
    'socket:[2]',
    'socket:[3]',
    'pipe:[1]',
    'pipe:[1]',
  ];
  assert.deepEqual(descriptorKinds([...links, 'anon_inode:[eventpoll]'], connections), [
    { what: 'files in /srv', isOfClients: false, count: 3 },
    { what: 'pipes', isOfClients: false, count: 2 },
    { what: 'connections to 10.0.0.7:5432', isOfClients: false, count: 1 },
    { what: 'connections of clients', isOfClients: true, count: 1 },
    { what: 'other sockets', isOfClients: false, count: 1 },
    { what: 'anon_inode:[eventpoll]', isOfClients: false, count: 1 },
  ]);
});

test('where a thread stands in the kernel', () => {
  const stat = (state: string): string => `7 (node (x) y) ${state} 1 7 7`;
  const place = (state: string, wchan: string, syscall: string): unknown =>
    kernelPlace({ stat: stat(state), wchan, syscall }, 'x64')?.what;
  assert.equal(place('S', 'futex_wait_queue', '202 0x1 0x80'), 'in the kernel: futex, in futex_wait_queue');
  assert.equal(place('S', 'pipe_read', '0 0x11 0x7f'), 'in the kernel: read of descriptor 17, in pipe_read');
  assert.equal(place('R', '0', 'running'), 'running, in code of its own');
  assert.equal(place('D', '', ''), 'waiting for a disk');
  assert.equal(place('S', '0', '9999 0x0'), 'in the kernel: system call 9999');
  assert.equal(kernelPlace({ stat: undefined, wchan: undefined, syscall: undefined }, 'x64'), undefined);
});

test('this process can be looked at', { skip: !isLinux && 'needs Linux' }, async () => {
  // It waits for the answer, or has just been woken for it.
  assert.match(
    String(await readMainThread(process.pid)),
    /^(?:running, in code of its own|in the kernel: epoll_)/,
  );
  const descriptors = await readDescriptors(process.pid);
  assert.ok(descriptors !== undefined && descriptors.count > 3 && descriptors.limit > descriptors.count);
  const memory = readMemoryUse();
  assert.ok(memory !== undefined && memory.usedBytes > 0 && memory.usedBytes <= memory.limitBytes);
  const disks = await readDisks();
  assert.ok(disks.length === 2 && disks.every(({ freeBytes, totalBytes }) => freeBytes <= totalBytes));
  assert.deepEqual(await readDisks(['/no/such/folder']), []);
  assert.equal(await readMainThread(2 ** 30), undefined);
  assert.equal(await readDescriptors(2 ** 30), undefined);
});
