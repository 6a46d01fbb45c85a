import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oomKillCounter, oomKillFiles } from './oom-kills.ts';

const files =
  (cgroup: string, more: Readonly<Record<string, string>> = {}) =>
  (file: string): string | undefined =>
    file === '/proc/self/cgroup' ? cgroup : more[file];

test('where the counter is: cgroup v2, v1, both, none', () => {
  assert.deepEqual(oomKillFiles(files('0::/system.slice/app.service\n')), [
    '/sys/fs/cgroup/system.slice/app.service/memory.events',
    '/sys/fs/cgroup/system.slice/memory.events',
    '/sys/fs/cgroup/memory.events',
    '/proc/vmstat',
  ]);
  assert.deepEqual(oomKillFiles(files('5:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/\n')), [
    '/sys/fs/cgroup/memory/docker/abc/memory.oom_control',
    '/sys/fs/cgroup/memory/docker/memory.oom_control',
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/proc/vmstat',
  ]);
  assert.deepEqual(oomKillFiles(files('4:memory:/a:b\n0::/\n')), [
    '/sys/fs/cgroup/memory/a:b/memory.oom_control',
    '/sys/fs/cgroup/memory/memory.oom_control',
    '/sys/fs/cgroup/memory.events',
    '/proc/vmstat',
  ]);
  assert.deepEqual(oomKillFiles(files('')), ['/proc/vmstat']);
});

test('the counter, from the nearest file that has it', () => {
  const v2 = { '/sys/fs/cgroup/memory.events': 'low 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n' };
  assert.equal(oomKillCounter(files('0::/app\n', v2))?.(), 2);
  const v1 = { '/sys/fs/cgroup/memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n' };
  assert.equal(oomKillCounter(files('4:memory:/\n', v1))?.(), 1);
  assert.equal(oomKillCounter(files('', { '/proc/vmstat': 'pgmigrate_fail 0\noom_kill 0\n' }))?.(), 0);
  assert.equal(oomKillCounter(files('')), undefined);
});
