// The harness itself, on Node.js alone: every fixture serves, and what the harness says of a process is true.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { echo, request } from '../harness/http.ts';
import { Load } from '../harness/load.ts';
import { kill, start, temporaryDirectory } from '../harness/process.ts';
import { bare } from '../harness/respite.ts';
import { SERVERS } from '../harness/servers.ts';

for (const { name, file, protocol } of SERVERS) {
  test(`${name} serves without Respite`, async (t) => {
    const running = bare(t, file);
    const port = await running.port();
    assert.deepEqual(await echo(port, { protocol }), { pid: running.pid, method: 'GET', bytes: 0 });
    const posted = await echo(port, { protocol, method: 'POST', body: 'four' });
    assert.deepEqual(posted, { pid: running.pid, method: 'POST', bytes: 4 });
    const load = new Load(port, { protocol });
    await load.more(50);
    const { failures, pids } = await load.stop();
    assert.deepEqual(failures, []);
    assert.deepEqual([...pids], [running.pid]);
  });
}

test('the load counts every failure', async (t) => {
  const running = bare(t, 'node-http.mjs');
  const load = new Load(await running.port());
  await load.more(20);
  await running.stop('SIGKILL');
  await load.more(50);
  const { failures } = await load.stop();
  assert.ok(failures.length >= 40, String(failures.length));
  assert.ok(
    failures.some((failure) => failure.includes('ECONNREFUSED')),
    failures.join('\n'),
  );
});

test('offspring is found and ended, whatever became of its parent', async (t) => {
  const running = bare(t, 'cluster.mjs');
  await running.port(1);
  assert.equal((await running.offspring()).length, 2);
  const { code } = await running.stop();
  assert.equal(code, 0);
  assert.match(running.stdout, /primary SIGTERM/);
  await running.untilAlone();
  kill(running.pid); // ended long ago: no error
});

test('a request that is refused says so', async (t) => {
  const running = bare(t, 'node-http.mjs');
  const port = await running.port();
  await running.stop();
  await assert.rejects(request(port), { code: 'ECONNREFUSED' });
});

test('a program that is not installed is a reason to skip, which names its Debian package', async (t) => {
  const programs = path.join(import.meta.dirname, '../harness/programs.ts');
  const dir = temporaryDirectory();
  const executable = path.join(dir, 'redis-server');
  writeFileSync(executable, '');
  const ask = async (env: NodeJS.ProcessEnv): Promise<unknown> => {
    const asking = `import { lacks } from ${JSON.stringify(programs)}; console.log(JSON.stringify(lacks('redis-server', 'script')));`;
    const asked = start(t, ['--input-type=module', '--eval', asking], { env });
    assert.equal((await asked.ended()).code, 0, asked.transcript());
    return JSON.parse(asked.stdout);
  };
  const both = 'needs redis-server (Debian package redis-server), script (Debian package bsdutils)';
  assert.equal(await ask({ PATH: '/nowhere' }), both);
  assert.equal(await ask({ PATH: dir }), both, 'a file that cannot be executed is no program');
  chmodSync(executable, 0o755);
  assert.equal(await ask({ PATH: `/nowhere:${dir}` }), 'needs script (Debian package bsdutils)');
  writeFileSync(path.join(dir, 'script'), '', { mode: 0o755 });
  assert.equal(await ask({ PATH: dir }), false);
});
