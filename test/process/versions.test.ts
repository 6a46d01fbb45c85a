// The package is replaced while its supervisor runs, as `npm install` does.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { bin, fixture, RunningRespite } from '../harness/respite.ts';

/** A copy of the package; what it depends on is shared. */
function copyOfPackage(): { readonly bin: string; readonly version: string } {
  const copy = temporaryDirectory();
  const built = path.relative(repository, path.resolve(bin, '../..'));
  cpSync(path.join(repository, built), path.join(copy, built), { recursive: true });
  cpSync(path.join(repository, 'package.json'), path.join(copy, 'package.json'));
  symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'));
  // Modules that several others share have a folder of their own in the build.
  const version = path.join(copy, built, built === 'src' ? 'core' : 'shared', `version${path.extname(bin)}`);
  return { bin: path.join(copy, path.relative(repository, bin)), version };
}

test('workers of a newer version serve, and the log asks once for a restart of the supervisor', async (t) => {
  const copy = copyOfPackage();
  const args = [copy.bin, 'run', '--management', '127.0.0.1:0', '--workers', '2', fixture('node-http.mjs')];
  const running = new RunningRespite(args, temporaryDirectory(), {});
  t.after(() => running.cleanUp());
  const port = await running.port();
  const before = await running.ready();
  assert.deepEqual(running.logged('runs Respite'), []);

  const code = readFileSync(copy.version, 'utf8');
  writeFileSync(copy.version, code.replace(/VERSION = (['"]).*?\1/, "VERSION = '9.9.9'"));
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  await running.untilStatus(
    'two other workers',
    ({ workers }) =>
      workers.length === 2 &&
      workers.every(
        ({ state, pid, sample }) =>
          state === 'ready' && sample !== undefined && before.every((old) => old.pid !== pid),
      ),
  );
  const [line, ...others] = running.logged('runs Respite 9.9.9', 'start it again');
  assert.equal(line?.level, 40);
  assert.deepEqual(others, []);
  assert.equal((await echo(port)).method, 'GET');
});
