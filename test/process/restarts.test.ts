// What has died is replaced: at once, then ever later, and loudly when it does not stop dying.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { NO_RESTARTS_YET, type WorkerStatus } from '../../src/supervisor/index.ts';
import { echo, request } from './harness/http.ts';
import { kill } from './harness/process.ts';
import { respite, type RunningRespite } from './harness/respite.ts';

/** Waits for the one worker that has taken the place of `old`. */
async function replaced(running: RunningRespite, old: WorkerStatus | undefined): Promise<WorkerStatus> {
  return running.untilStatus('a replacement', ({ workers: [worker, ...others] }) =>
    others.length === 0 && worker?.state === 'ready' && worker.id !== old?.id ? worker : undefined,
  );
}

const DEATHS = [
  { what: 'process.exit(3)', path: '/exit?code=3', cause: 'exit', says: [/"(exitC|c)ode":3|code 3/] },
  { what: 'process.exit(0)', path: '/exit?code=0', cause: 'exit', says: [/"(exitC|c)ode":0|code 0/] },
  { what: 'an uncaught exception', path: '/throw', cause: 'exit', says: [/"(exitC|c)ode":1|code 1/] },
  { what: 'SIGKILL', path: '/kill', cause: 'signal', says: ['SIGKILL'] },
] as const;

for (const { what, path: route, cause, says } of DEATHS) {
  test(`a worker that ends by ${what} is replaced, and the log says how it ended`, async (t) => {
    const running = respite(t, 'dies.mjs');
    const port = await running.port();
    const [first] = await running.ready();
    assert.equal((await echo(port, { path: route })).pid, first?.pid);
    const second = await replaced(running, first);
    assert.equal(second.slot, 1);
    assert.equal((await echo(port)).pid, second.pid);
    const { restarts } = await running.status();
    assert.deepEqual(restarts, { ...NO_RESTARTS_YET, [cause]: 1 });
    await running.logs(...says, String(first?.pid));
    assert.equal((await running.stop()).code, 0);
  });
}

test('the first replacement comes at once, the next ones after a growing delay', async (t) => {
  const running = respite(t, 'dies.mjs');
  await running.port();
  let [worker]: readonly (WorkerStatus | undefined)[] = await running.ready();
  for (let death = 0; death < 3; death += 1) {
    kill(worker?.pid ?? 0);
    worker = await replaced(running, worker);
  }
  // Full jitter: anything from nothing to 0.5 s, then to 1 s. The first has no delay at all.
  const delays = running.log.map((line) => line['delayMs']).filter((delay) => typeof delay === 'number');
  assert.equal(delays.length, 3, running.transcript());
  assert.equal(delays[0], 0);
  for (const [i, delay] of delays.entries()) assert.ok(delay <= 250 * 2 ** i, `${i}: ${delay}`);
});

test('past five restarts in 60 s it says so loudly, and SIGHUP does not wait for the next try', async (t) => {
  const running = respite(t, 'dies.mjs');
  const port = await running.port();
  await running.ready();
  writeFileSync(path.join(running.dir, 'doomed'), '');
  kill((await running.ready())[0]?.pid ?? 0);
  await running.untilStatus('six restarts', ({ restarts }) => restarts.exit + restarts.signal >= 6);
  const loud = await running.logs('CRASH LOOP', '60 s');
  assert.ok(loud.level >= 50);
  const quiet = running.log.slice(0, running.log.indexOf(running.logged('CRASH LOOP')[0] ?? loud));
  assert.equal(quiet.filter((line) => typeof line['delayMs'] === 'number').length, 5, running.transcript());
  rmSync(path.join(running.dir, 'doomed'));
  // The next try by itself comes within the cap of 30 s; somebody who has mended it need not wait.
  assert.ok(Number(loud['delayMs']) <= 30_000);
  running.signal('SIGHUP');
  await running.ready();
  assert.equal((await echo(port)).method, 'GET');
});

test('stopping while a replacement is waited for ends at once', async (t) => {
  const running = respite(t, 'dies.mjs');
  await running.port();
  const [first] = await running.ready();
  writeFileSync(path.join(running.dir, 'doomed'), '');
  kill(first?.pid ?? 0);
  await running.untilStatus('some restarts', ({ restarts }) => restarts.exit >= 3);
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
  assert.deepEqual(await running.offspring(), []);
});

test('with two workers the other one goes on serving', async (t) => {
  const running = respite(t, 'dies.mjs', { options: ['--workers', '2'] });
  const port = await running.port();
  const [one, two] = await running.ready();
  assert.deepEqual([one?.slot, two?.slot], [1, 2]);
  kill(one?.pid ?? 0);
  await request(port); // waits in no dead worker's queue: the socket is shared
  const workers = await running.untilStatus('two workers', ({ workers: now }) =>
    now.length === 2 && now.every(({ state, id }) => state === 'ready' && id !== one?.id) ? now : undefined,
  );
  assert.ok(workers.some(({ id }) => id === two?.id));
  assert.deepEqual(
    workers.map(({ slot }) => slot),
    [1, 2],
  );
});
