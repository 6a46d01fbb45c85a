import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { resolveTarget } from './target.ts';

/** A project with Next.js, a package whose only program is named otherwise, and these scripts. */
function project(t: TestContext, scripts: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(path.join(realpathSync(tmpdir()), 'respite-target-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  write('package.json', JSON.stringify({ name: 'shop', bin: { shop: 'cli.js' }, scripts }));
  write('cli.js', '');
  write('server.js', '');
  write('src/app/page.js', '');
  write('node_modules/next/package.json', '{"name":"next","bin":{"next":"./dist/bin/next"}}');
  write('node_modules/next/dist/bin/next', '#!/usr/bin/env node\n');
  write('node_modules/fastify-cli/package.json', '{"name":"fastify-cli","bin":{"fastify":"cli.js"}}');
  write('node_modules/fastify-cli/cli.js', '');
  mkdirSync(path.join(root, 'node_modules/.bin'));
  symlinkSync('../next/dist/bin/next', path.join(root, 'node_modules/.bin/next'));
  return root;
}

test('a script, a program of a package, a package by its name', (t) => {
  const root = project(t);
  const at = (file: string, ...args: string[]): object => ({
    script: path.join(root, file),
    args,
    nodeArgs: [],
    env: {},
  });
  assert.deepEqual(resolveTarget(root, ['server.js', '-p', '1']), at('server.js', '-p', '1'));
  assert.deepEqual(resolveTarget(root, ['server', 'x']), at('server', 'x'));
  assert.deepEqual(resolveTarget(root, ['next', 'start']), at('node_modules/.bin/next', 'start'));
  assert.deepEqual(resolveTarget(root, ['node_modules/.bin/next']), at('node_modules/.bin/next'));
  assert.deepEqual(resolveTarget(root, ['npx', 'next', 'start']), at('node_modules/.bin/next', 'start'));
  assert.deepEqual(
    resolveTarget(root, ['fastify-cli', 'start']),
    at('node_modules/fastify-cli/cli.js', 'start'),
  );
  assert.deepEqual(resolveTarget(root, ['shop']), at('cli.js'));
  // Upwards, as npx looks for it.
  assert.deepEqual(resolveTarget(path.join(root, 'src/app'), ['next']), at('node_modules/.bin/next'));
});

test('what `node` stands before, and what npm runs', (t) => {
  const root = project(t, {
    start: 'NODE_ENV=production npm run serve -- --quiet',
    serve: 'node --import tsx --enable-source-maps server.js --port $PORT',
    web: 'next start -p ${PORT:-3000}',
  });
  const serve = {
    script: path.join(root, 'server.js'),
    args: ['--port', '80', '--quiet'],
    nodeArgs: ['--import', 'tsx', '--enable-source-maps'],
    env: { NODE_ENV: 'production' },
  };
  assert.deepEqual(resolveTarget(root, [], { PORT: '80' }), serve);
  assert.deepEqual(resolveTarget(root, ['npm', 'start'], { PORT: '80' }), serve);
  assert.deepEqual(resolveTarget(root, ['npm', 'run', 'web', '--', '-H', '::'], {}).args, [
    'start',
    '-p',
    '3000',
    '-H',
    '::',
  ]);
  assert.deepEqual(resolveTarget(root, ['node', '-r', './a.cjs', '--', 'server.js'], {}).nodeArgs, [
    '-r',
    './a.cjs',
  ]);
});

for (const [words, start, says] of [
  [[], undefined, /^name a script \(respite run server\.js\), or .*package\.json has no script "start"$/],
  [
    [],
    'prisma migrate deploy && node server.js',
    /^"start" in package\.json needs a shell \(prisma .*\); name what/,
  ],
  [[], 'npm start', /^"start" in package\.json leads back to itself; name what starts the server/],
  [[], 'respite run server.js', /^respite starts your server .*npm start, since that runs Respite already/],
  [['tsx', 'server.ts'], '', /run: respite run --node-arg=--import=tsx server\.ts/],
  [['nodemon', 'server.js'], '', /run: respite run server\.js/],
  [['vite', 'preview'], '', /no installed package has a program vite; install one \(npm install vite\)/],
  [['./next'], '', /^cannot find .*next$/],
  [['nowhere.js'], '', /^cannot find .*nowhere\.js$/],
  [['node'], '', /name a script/],
  [['-'], '', /^a script on standard input can be read once.*respite run server\.js/],
] as const) {
  test(`refused with the next step: ${words.join(' ')} ${start ?? '(no start)'}`, (t) => {
    const root = project(t, start === undefined ? {} : { start });
    assert.throws(() => resolveTarget(root, words, {}), { code: 'RESPITE_CLI_USAGE', message: says });
  });
}
