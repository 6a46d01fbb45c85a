// The package is replaced while its supervisor runs, as `npm install` does.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../src/core/version.ts';
import { echo } from '../harness/http.ts';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { bin, fixture, RunningRespite } from '../harness/respite.ts';

/** A copy of the package; what it depends on is shared. */
class PackageCopy {
  readonly bin: string;
  readonly #code: string;

  constructor() {
    const copy = temporaryDirectory();
    const built = path.relative(repository, path.resolve(bin, '../..'));
    this.#code = path.join(copy, built);
    cpSync(path.join(repository, built), this.#code, { recursive: true });
    cpSync(path.join(repository, 'package.json'), path.join(copy, 'package.json'));
    symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'));
    this.bin = path.join(copy, path.relative(repository, bin));
  }

  /** In place, wherever the compiler has put it. */
  becomes(version: string): void {
    const extension = path.extname(this.bin);
    for (const entry of readdirSync(this.#code, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(extension)) continue;
      const file = path.join(entry.parentPath, entry.name);
      const code = readFileSync(file, 'utf8');
      const changed = code
        .replaceAll(`"${VERSION}"`, `"${version}"`)
        .replaceAll(`'${VERSION}'`, `'${version}'`);
      if (changed !== code) writeFileSync(file, changed);
    }
  }
}

test('workers of a newer version serve, and the log asks once for a restart of the supervisor', async (t) => {
  const copy = new PackageCopy();
  const args = [copy.bin, 'run', '--management', '127.0.0.1:0', '--workers', '2', fixture('node-http.mjs')];
  const running = new RunningRespite(args, temporaryDirectory(), {});
  t.after(() => running.cleanUp());
  const port = await running.port();
  const before = await running.ready();
  assert.deepEqual(running.logged('runs Respite'), []);

  copy.becomes('9.9.9');
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
