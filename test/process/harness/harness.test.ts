// The harness itself, on Node.js alone: every fixture serves, and what the harness says of a process is true.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo, request } from './http.ts';
import { Load } from './load.ts';
import { kill } from './process.ts';
import { bare } from './respite.ts';
import { SERVERS } from './servers.ts';

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
