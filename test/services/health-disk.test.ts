// A disk that is really full.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { disk } from '../../src/health/index.ts';
import { temporaryDirectory } from '../process/harness/process.ts';

test('a full disk is told as such, whether it is counted or written, and is well when there is room again', () => {
  const script = path.join(import.meta.dirname, 'harness/full-disk.ts');
  // A namespace of its own for mounts, with the rights for it: also for users who are not root.
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--map-root-user', '--mount', process.execPath, script, temporaryDirectory()],
    { encoding: 'utf8', timeout: 30_000 },
  );
  assert.equal(status, 0, stderr);
  const [before, full, after, left] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(before, [{ freeBytes: 1048576 }, { freeBytes: 1048576 }]);
  assert.deepEqual(full, [
    { trouble: 'disk-full', error: 'ENOSPC: no space left on device, write' },
    { trouble: 'disk-full', error: '0 bytes free, 1048576 wanted', freeBytes: 0 },
  ]);
  assert.deepEqual([after, left], [before, []]);
});

test('a directory that is not there, and one that may not be written', async () => {
  const gone = disk({ path: path.join(temporaryDirectory(), 'gone') });
  await assert.rejects(gone.run(new AbortController().signal), { code: 'ENOENT' });
  await assert.rejects(disk({ path: '/proc', minFreeBytes: 0 }).run(new AbortController().signal));
});
