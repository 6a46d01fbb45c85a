// Signals that reach more than the supervisor: some platforms signal every process.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { request } from '../harness/http.ts';
import { respite } from '../harness/respite.ts';

const STOPPED = { code: 0, signal: null };

test('SIGTERM to every process, twice: the request in flight is answered, and exit code 0', async (t) => {
  const running = respite(t, 'slow.mjs', { options: ['--workers', '2'] });
  const port = await running.port();
  await running.ready();
  const answer = request(port, { path: '/slow' });
  await running.saysOnStdout('waiting');
  const workers = await running.offspring();
  assert.equal(workers.length, 2);
  // The workers first: so no message of the supervisor can be there before the signal.
  for (const pid of [...workers, running.pid, ...workers, running.pid]) process.kill(pid, 'SIGTERM');
  await running.logs('stopping: requests in flight are finished first');
  writeFileSync(path.join(running.dir, 'go'), '');
  assert.equal((await answer).status, 200);
  assert.deepEqual(await running.ended(), STOPPED);
  assert.deepEqual(running.logged('stopping at once'), []);
  assert.deepEqual(await running.offspring(), []);
});

test("SIGTERM to a worker alone stops the instance, and the script's handler runs once", async (t) => {
  const running = respite(t, 'sigterm.mjs');
  await running.port();
  const [worker] = await running.ready();
  process.kill(worker?.pid ?? 0, 'SIGTERM');
  assert.deepEqual(await running.ended(), STOPPED);
  await running.logs('worker 1 got SIGTERM: the instance stops');
  assert.deepEqual(running.stdout.match(/user handler of SIGTERM/g)?.length, 1, running.transcript());
});

test('SIGUSR2, from nodemon: the script cleans up and ends itself, and Respite ends with it', async (t) => {
  const running = respite(t, 'cleans-up.mjs');
  await running.port();
  const [worker] = await running.ready();
  running.signal('SIGUSR2');
  assert.deepEqual(await running.ended(), STOPPED);
  assert.ok(running.stdout.includes(`clean ${worker?.pid}`), running.transcript());
  assert.deepEqual(running.ports.length, 1, 'no other worker was started');
  await running.logs('worker 1 got SIGUSR2: the instance stops');
});
