import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { directoryAsReached, problemOfScript, resolveProgram } from './release.ts';

/** Two releases, and a link `current` to the first. */
function releases(t: TestContext): { root: string; current: string; link: (to: string) => void } {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'respite-release-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const current = path.join(root, 'current');
  const link = (to: string): void => {
    rmSync(current, { force: true });
    symlinkSync(path.join('releases', to), current);
  };
  for (const name of ['1', '2']) {
    mkdirSync(path.join(root, 'releases', name, 'sub'), { recursive: true });
    writeFileSync(path.join(root, 'releases', name, 'server.js'), '');
  }
  link('1');
  return { root, current, link };
}

test('links of script and working directory are followed each time', (t) => {
  const { root, current, link } = releases(t);
  const script = path.join(current, 'server.js');
  const at = (name: string): string => path.join(root, 'releases', name);
  const first = resolveProgram(script, current);
  assert.deepEqual(first, {
    script,
    entry: script,
    file: path.join(at('1'), 'server.js'),
    directory: at('1'),
  });
  link('2');
  assert.deepEqual(resolveProgram(script, current), {
    script,
    entry: script,
    file: path.join(at('2'), 'server.js'),
    directory: at('2'),
  });
  link('3');
  assert.throws(() => resolveProgram(script, current), {
    code: 'RESPITE_SUPERVISOR_RESTART_FAILED',
    message: `cannot find ${script}; nothing was restarted, and the old version goes on serving`,
  });
  assert.throws(() => resolveProgram(path.join(at('1'), 'server.js'), current), {
    code: 'RESPITE_SUPERVISOR_RESTART_FAILED',
  });
});

test('the working directory is found behind the link that leads to it', (t) => {
  const { root, current } = releases(t);
  const script = path.join(current, 'server.js');
  const real = path.join(root, 'releases', '1');
  assert.equal(directoryAsReached(real, script, undefined), current);
  assert.equal(directoryAsReached(path.join(real, 'sub'), script, undefined), path.join(current, 'sub'));
  // By the shell's word, as far as it is true.
  const own = path.join(real, 'server.js');
  assert.equal(directoryAsReached(real, own, current), current);
  assert.equal(directoryAsReached(real, own, path.join(root, 'releases', '2')), real);
  assert.equal(directoryAsReached(real, own, 'current'), real);
  assert.equal(directoryAsReached(root, script, undefined), root);
});

test('what can be run as a script', (t) => {
  const { current } = releases(t);
  assert.equal(problemOfScript(path.join(current, 'server.js')), undefined);
  assert.match(problemOfScript(current) ?? '', /is a directory without index\.js/);
  assert.equal(problemOfScript(path.join(current, 'server')), undefined);
  assert.match(problemOfScript(path.join(current, 'server.js', 'x.js')) ?? '', /cannot (?:find|read)/);
});
