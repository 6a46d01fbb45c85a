import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../../test/harness/process.ts';
import { makeDirectory } from './make-directory.ts';

test('a directory is created with its parents, for its owner only, and may be there already', async () => {
  const root = temporaryDirectory();
  const directory = path.join(root, 'one', 'two');
  await Promise.all([makeDirectory(directory, 0o700), makeDirectory(directory, 0o700)]);
  await makeDirectory(directory, 0o700);
  for (const each of [path.dirname(directory), directory]) {
    const stats = statSync(each);
    assert.deepEqual([stats.isDirectory(), stats.mode & 0o777], [true, 0o700], each);
  }
});

test('it fails with the error of the system when a parent is a file', async () => {
  const file = path.join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  await assert.rejects(makeDirectory(path.join(file, 'one', 'two'), 0o700), { code: 'ENOTDIR' });
});

test('a relative one fails at once when the working directory has been removed', () => {
  const script = `
    import { rmSync } from 'node:fs';
    import { makeDirectory } from ${JSON.stringify(new URL('make-directory.ts', import.meta.url))};
    rmSync(process.cwd(), { recursive: true });
    await makeDirectory('one/two/three', 0o700).catch((error) => console.log(error.code));
  `;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: temporaryDirectory(),
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(stdout, 'ENOENT\n');
});
