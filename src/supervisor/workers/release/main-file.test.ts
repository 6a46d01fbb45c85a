import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { mainFile } from './main-file.ts';

/** A folder with these files; a text that begins with `->` makes a link. */
function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'respite-main-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (text.startsWith('->')) symlinkSync(text.slice(2), file);
    else writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  return root;
}

const PRINTS = 'console.log(__filename)';

test('the same file as Node.js runs', (t) => {
  const root = folder(t, {
    'server.js': PRINTS,
    'bin/www': `#!/usr/bin/env node\n${PRINTS}`,
    'plain/index.js': PRINTS,
    'named/package.json': '{"main":"lib/start"}',
    'named/lib/start.js': PRINTS,
    'nested/package.json': '{"main":"./lib"}',
    'nested/lib/index.js': PRINTS,
    'broken/package.json': '{"main":"none"}',
    'broken/index.js': PRINTS,
    link: '->bin/www',
    'both/index.js': PRINTS,
    'both.js': PRINTS,
  });
  for (const name of [
    'server',
    'server.js',
    'bin/www',
    'plain',
    'named',
    'nested',
    'broken',
    'link',
    'both',
  ]) {
    const given = path.join(root, name);
    const found = mainFile(given);
    assert.ok('file' in found, name);
    const ran = execFileSync(process.execPath, [given], { encoding: 'utf8', stdio: 'pipe' }).trim();
    assert.deepEqual([found.entry, realpathSync(found.file)], [given, ran]);
  }
});

test('the start script of pnpm leads to what it runs, also after an update', (t) => {
  const shim = (version: string): string =>
    `#!/bin/sh\nbasedir=$(dirname "$0")\nif [ -x "$basedir/node" ]; then\n  exec "$basedir/node"  "$basedir/../.pnpm/${version}/cli" "$@"\nelse\n  exec node  "$basedir/../.pnpm/${version}/cli" "$@"\nfi\n`;
  const root = folder(t, { '.bin/cli': shim('1'), '.pnpm/1/cli': PRINTS, '.pnpm/2/cli': PRINTS });
  const given = path.join(root, '.bin/cli');
  const at = (version: string): string => path.join(root, '.pnpm', version, 'cli');
  assert.deepEqual(mainFile(given), { entry: at('1'), file: at('1') });
  writeFileSync(given, shim('2'));
  assert.deepEqual(mainFile(given), { entry: at('2'), file: at('2') });
  writeFileSync(given, shim('3'));
  assert.deepEqual(mainFile(given), { problem: `cannot find ${at('3')}, which ${given} runs` });
});

test('what is refused, and why', (t) => {
  const root = folder(t, {
    'start.sh': '#!/bin/sh\nexec ./program\n',
    program: '\u007FELF\u0002',
    'empty/readme': '',
    'loop/a': '->a',
  });
  for (const [name, says] of [
    ['none', /^cannot find .*none$/],
    ['start.sh', /start\.sh is a script for \/bin\/sh, not for Node\.js: name the file that it runs/],
    ['program', /program is a compiled program/],
    ['empty', /empty is a directory without index\.js, and no "main" .*: name the script/],
    ['loop/a', /^cannot (?:find|read) /],
  ] as const) {
    const found = mainFile(path.join(root, name));
    assert.ok('problem' in found, name);
    assert.match(found.problem, says);
  }
  assert.deepEqual(mainFile('/dev/null'), { problem: '/dev/null is not a file' });
});
