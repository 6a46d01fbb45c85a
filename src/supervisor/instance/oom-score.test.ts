import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerOomScore } from './oom-score.ts';

const MACHINE = { '/proc/self/oom_score_adj': '0\n', '/proc/meminfo': 'MemTotal:       16777216 kB\n' };

function score(files: Readonly<Record<string, string>>): number | undefined {
  return workerOomScore((file) => files[file]);
}

function limited(bytes: number, own = '0'): Readonly<Record<string, string>> {
  return {
    ...MACHINE,
    '/proc/self/oom_score_adj': own,
    '/proc/self/cgroup': '0::/shop',
    '/sys/fs/cgroup/shop/memory.max': String(bytes),
  };
}

test('on a large machine a worker counts as hardly larger than it is', () => {
  assert.equal(score(MACHINE), 10);
});

test('in a small control group by as many thousandths as it takes', () => {
  assert.equal(score(limited(320 * 1024 * 1024)), 500);
  assert.equal(score(limited(128 * 1024 * 1024)), 1000, 'the kernel takes no more');
});

test('the score of the supervisor is where it begins', () => {
  assert.equal(score(limited(1600 * 1024 * 1024, '-997')), -897);
  assert.equal(score(limited(1600 * 1024 * 1024, '1000')), 1000);
});

test('the smallest limit counts, and none where there is none', () => {
  const nested = { ...limited(1600 * 1024 * 1024), '/sys/fs/cgroup/memory.max': String(320 * 1024 * 1024) };
  assert.equal(score(nested), 500);
  assert.equal(score({ ...MACHINE, ...limited(1), '/sys/fs/cgroup/shop/memory.max': 'max' }), 10);
});

test('where the kernel has no such score, nothing is written', () => {
  assert.equal(score({}), undefined);
  assert.equal(score({ '/proc/meminfo': 'MemTotal: 1 kB' }), undefined);
});
