// A disk that is really full.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { disk } from '../../src/health/index.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';

/** A namespace of its own for mounts: root may make one, others with a user namespace around it, where that is allowed. */
const NAMESPACES = [
  ['unshare', '--mount'],
  ['unshare', '--map-root-user', '--mount'],
] as const;

test(
  'a full disk is told as such, whether it is counted or written, and is healthy when there is room again',
  { skip: lacks('unshare', 'mount') },
  (t) => {
    const script = path.join(import.meta.dirname, '../harness/services/full-disk.ts');
    const namespace = NAMESPACES.find(
      ([command, ...options]) =>
        spawnSync(command, [...options, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0,
    );
    if (namespace === undefined)
      return t.skip('needs permission to mount a file system, as root or in a user namespace');
    const [command, ...options] = namespace;
    const { status, stdout, stderr } = spawnSync(
      command,
      [...options, process.execPath, script, temporaryDirectory()],
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
  },
);

test('a directory that is not there, and one that may not be written', async () => {
  const gone = disk({ path: path.join(temporaryDirectory(), 'gone') });
  await assert.rejects(gone.run(new AbortController().signal), { code: 'ENOENT' });
  await assert.rejects(disk({ path: '/proc', minFreeBytes: 0 }).run(new AbortController().signal));
});
