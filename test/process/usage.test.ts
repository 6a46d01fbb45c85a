// What goes wrong before anything serves: one clear line, the right exit code, nothing left running.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type RunningProcess, temporaryDirectory } from '../harness/process.ts';
import { command, fixture, respite } from '../harness/respite.ts';

const SERVER = fixture('node-http.mjs');

/** Its one line, all that it said on stderr unless a script said something too. */
async function complaint(running: RunningProcess, exitCode: 1 | 2): Promise<string> {
  const exit = await running.ended();
  assert.deepEqual(exit, { code: exitCode, signal: null }, running.transcript());
  const lines = running.stderr.split('\n').filter((line) => line.startsWith('respite: '));
  assert.equal(lines.length, 1, running.transcript());
  assert.deepEqual(await running.offspring(), []);
  return lines[0] ?? '';
}

const BAD_USAGE = [
  { args: ['run'], says: /script/ },
  { args: ['run', '--nonsense', SERVER], says: /--nonsense/ },
  { args: ['nonsense'], says: /nonsense/ },
  { args: ['run', '--workers', '0', SERVER], says: /workers.*0/ },
  { args: ['run', '--workers', 'many', SERVER], says: /workers.*many/ },
  { args: ['run', '--limit', '-1', SERVER], says: /limit.*-1/ },
  { args: ['run', '--limit', '1.5', SERVER], says: /limit.*1\.5/ },
  { args: ['run', '--management', 'here:there', SERVER], says: /management.*here:there/ },
  { args: ['run', '--heap', 'big', SERVER], says: /heap.*big/ },
  { args: ['run', '--config', 'none.json', SERVER], says: /none\.json/ },
] as const;

for (const { args, says } of BAD_USAGE) {
  test(`bad usage: respite ${args.map((arg) => path.basename(arg)).join(' ')}`, async (t) => {
    const running = command(t, args);
    const line = await complaint(running, 2);
    assert.match(line, says);
    assert.equal(running.stdout, '');
  });
}

test('respite --version and --help say it on stdout, with exit code 0', async (t) => {
  const version = command(t, ['--version']);
  assert.equal((await version.ended()).code, 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = command(t, ['--help']);
  assert.equal((await help.ended()).code, 0);
  assert.match(help.stdout, /^Usage: respite .*^ {2}run /ms);
  const helpOfRun = command(t, ['run', '--help']);
  assert.equal((await helpOfRun.ended()).code, 0);
  for (const option of ['--workers', '--config', '--limit', '--management', '--heap', '--dry-run']) {
    assert.ok(helpOfRun.stdout.includes(option), option);
  }
});

const BAD_CONFIGS = [
  { config: { admission: { limit: 0 } }, says: ['admission.limit', '1', '0'] },
  { config: { admission: { limit: 'high' } }, says: ['admission.limit', 'high'] },
  {
    config: { admission: { routes: { 'POST /a': 'urgent' } } },
    says: ['admission.routes', 'POST /a', 'critical', 'urgent'],
  },
  { config: { admission: { routes: { nowhere: 'critical' } } }, says: ['admission.routes', 'nowhere'] },
  { config: { admission: { thresholds: { sheddable: 2 } } }, says: ['admission.thresholds.sheddable', '2'] },
  { config: { supervisor: { workers: -1 } }, says: ['supervisor.workers', '-1'] },
  { config: { supervisor: { drainTimeout: 5 } }, says: ['supervisor', 'drainTimeout'] },
  { config: { management: { address: 'nowhere' } }, says: ['management.address', 'nowhere'] },
  { config: { limits: {} }, says: ['limits'] },
] as const;

for (const { config, says } of BAD_CONFIGS) {
  test(`bad configuration: ${JSON.stringify(config)}`, async (t) => {
    const running = respite(t, 'node-http.mjs', { config });
    await running.ended();
    const all = running.stderr;
    // Path, rule and value.
    for (const text of says) assert.ok(all.includes(text), all);
    assert.match(all, /^respite: .*respite\.config\.json/m);
    assert.doesNotMatch(all, /^\s+at /m);
    assert.equal(running.exit?.code, 2);
    assert.equal(running.stdout, '');
    assert.deepEqual(await running.offspring(), []);
  });
}

const CONFIG_FILES = [
  { name: 'respite.config.json', text: '{ "admission": { "limit": 1, } ', says: /JSON|parse/i },
  { name: 'respite.config.mjs', text: 'throw new Error("no luck")', says: /no luck/ },
  { name: 'respite.config.mjs', text: 'export const admission = {}', says: /default/ },
] as const;

for (const { name, text, says } of CONFIG_FILES) {
  test(`a configuration file that cannot be used: ${name} with ${text}`, async (t) => {
    const dir = temporaryDirectory();
    writeFileSync(path.join(dir, name), text);
    const line = await complaint(respite(t, 'node-http.mjs', { dir }), 2);
    assert.match(line, new RegExp(name.replaceAll('.', '\\.')));
    assert.match(line, says);
  });
}

for (const [name, text] of [
  ['respite.config.ts', 'export default { admission: { limit: 7 } satisfies { limit: number } };'],
  ['respite.config.mjs', 'export default { admission: { limit: 7 } };'],
  ['respite.config.json', '{ "admission": { "limit": 7 } }'],
] as const) {
  test(`${name} is found in the working directory`, async (t) => {
    const dir = temporaryDirectory();
    writeFileSync(path.join(dir, name), text);
    const running = respite(t, 'node-http.mjs', { dir });
    await running.port();
    const limit = await running.untilStatus(
      'a sample',
      ({ workers: [worker] }) => worker?.sample?.admission.limit,
    );
    assert.equal(limit, 7);
  });
}

test('a script that throws at start: its own error, one line, exit code 1', async (t) => {
  const running = respite(t, 'throws.mjs');
  const line = await complaint(running, 1);
  assert.match(line, /throws\.mjs/);
  assert.match(running.stderr, /Error: thrown at start/);
});

test('an option of Node.js that the router can not work under: the error names it', async (t) => {
  const options = ['--node-arg=--disallow-code-generation-from-strings'];
  const config = { admission: { routes: { '/users/:id': 'sheddable' } } };
  const running = respite(t, 'node-http.mjs', { options, config });
  assert.equal((await running.ended()).code, 1);
  assert.match(running.stderr, /forbids\. Start without that option/);
});

test('a script that rejects at start', async (t) => {
  const running = respite(t, 'rejects.cjs');
  await complaint(running, 1);
  assert.match(running.stderr, /Error: rejected at start/);
});

test('a script with a syntax error', async (t) => {
  const dir = temporaryDirectory();
  const script = path.join(dir, 'broken.mjs');
  writeFileSync(script, 'const = 1;\n');
  const running = respite(t, script, { dir });
  await complaint(running, 1);
  assert.match(running.stderr, /SyntaxError/);
});

test('a missing script: one line that names it', async (t) => {
  const running = command(t, ['run', 'missing.mjs']);
  const line = await complaint(running, 2);
  assert.match(line, /missing\.mjs/);
  assert.doesNotMatch(running.stderr, /^\s+at /m);
});

test('a directory is no script', async (t) => {
  const line = await complaint(command(t, ['run', '.']), 2);
  assert.match(line, /script|directory|file/);
});

test('a relative script', async (t) => {
  const dir = temporaryDirectory();
  writeFileSync(path.join(dir, 'server.mjs'), `await import(${JSON.stringify(SERVER)});\n`);
  const running = command(t, ['run', '--management', '127.0.0.1:0', './server.mjs'], { dir });
  assert.ok((await running.port()) > 0);
  assert.equal((await running.stop()).code, 0);
});
