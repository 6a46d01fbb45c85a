import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkConfiguration } from './config-check.ts';
import { init } from './init.ts';
import { dockerfile, systemdUnit } from './templates.ts';

function directory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-prepare-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('config check: the file, and each problem on a line of its own', async (t) => {
  const cwd = directory(t);
  assert.deepEqual(await checkConfiguration(cwd, undefined, {}), { file: undefined, problems: [] });
  const file = 'respite.config.json';
  writeFileSync(path.join(cwd, file), '{"admission":{"limit":0},"supervisor":{"workerz":1}}');
  const { problems } = await checkConfiguration(cwd, undefined, {});
  assert.equal(problems.length, 2, problems.join('\n'));
  assert.match(problems.join('\n'), /^respite.config.json: .*admission.limit/m);
  writeFileSync(path.join(cwd, file), '{"admission":{"limit":5}}');
  assert.deepEqual(await checkConfiguration(cwd, undefined, {}), { file, problems: [] });
  assert.match(
    (await checkConfiguration(cwd, 'none.json', {})).problems.join(),
    /cannot find the configuration/,
  );
});

test('init writes what is missing, and overwrites nothing', (t) => {
  const cwd = directory(t);
  const at = (file: string): string => path.join(cwd, file);
  mkdirSync(at('.git'));
  writeFileSync(at('.gitignore'), 'node_modules');
  writeFileSync(at('Dockerfile'), 'FROM scratch\n');
  assert.deepEqual(init(cwd, undefined, { docker: true }), [
    { file: 'respite.config.mjs', outcome: 'written' },
    { file: '.gitignore', outcome: 'entry added' },
    { file: 'Dockerfile', outcome: 'kept, it exists' },
    { file: '.dockerignore', outcome: 'written' },
  ]);
  assert.equal(readFileSync(at('.gitignore'), 'utf8'), 'node_modules\n.respite/\n');
  assert.equal(readFileSync(at('Dockerfile'), 'utf8'), 'FROM scratch\n');
  writeFileSync(at('respite.config.mjs'), 'export default {};\n');
  assert.deepEqual(init(cwd, undefined, {}), [
    { file: 'respite.config.mjs', outcome: 'kept, it exists' },
    { file: '.gitignore', outcome: 'has the entry' },
  ]);
  assert.equal(readFileSync(at('.gitignore'), 'utf8'), 'node_modules\n.respite/\n');
});

test('init keeps a configuration of another ending, and makes no .gitignore where there is no repository', (t) => {
  const cwd = directory(t);
  writeFileSync(path.join(cwd, 'respite.config.json'), '{}');
  assert.deepEqual(init(cwd, undefined, {}), [{ file: 'respite.config.json', outcome: 'kept, it exists' }]);
});

test('init takes the script from package.json, and refuses one that is not there', (t) => {
  const cwd = directory(t);
  writeFileSync(path.join(cwd, 'package.json'), '{"main":"app.js"}');
  writeFileSync(path.join(cwd, 'app.js'), '');
  const [, unit] = init(cwd, undefined, { systemd: true });
  assert.match(
    readFileSync(path.join(cwd, unit?.file ?? ''), 'utf8'),
    /^ExecStart=.*\/respite run app\.js$/m,
  );
  assert.throws(() => init(cwd, 'missing.js', {}), { code: 'RESPITE_CLI_USAGE' });
});

test('a unit quotes what systemd would take apart', () => {
  const unit = systemdUnit({ name: 'shop', directory: '/srv/my shop', script: '100%.js' });
  assert.match(unit, /^ExecStart="\/srv\/my shop\/node_modules\/\.bin\/respite" run 100%%\.js$/m);
});

test('a Dockerfile starts the script without a shell', () => {
  assert.match(dockerfile({ script: 'a.js' }), /^CMD \["node_modules\/\.bin\/respite", "run", "a\.js"\]$/m);
});
