// Whatever happens around the supervisor, it lives: its workers' lives hang on it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { echo } from '../harness/http.ts';
import { kill, temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { repository } from '../harness/nodes.ts';
import { bin, fixture, REFUSES_NOTHING, respite, RunningRespite } from '../harness/respite.ts';

const QUICK = { admission: REFUSES_NOTHING, supervisor: { stableMs: 300 } };

/** Kills its worker, and waits until another one answers. */
async function healsOnce(running: RunningRespite, port: number): Promise<void> {
  // One that dies earlier is a first start that failed.
  await running.ready();
  const { workers } = await running.status();
  const old = workers.map(({ pid }) => pid);
  kill(old[0] ?? 0, 'SIGSEGV');
  await running.until('another worker to answer', async () =>
    echo(port).then(
      ({ pid }) => !old.includes(pid),
      () => false,
    ),
  );
}

function limit(pid: number, resource: string): void {
  const { status, stderr } = spawnSync('prlimit', [`--pid=${pid}`, resource], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

describe('the supervisor lives on', { concurrency: 2 }, () => {
  test('when code in the configuration throws, rejects, or emits an error', async (t) => {
    const dir = temporaryDirectory();
    writeFileSync(
      path.join(dir, 'respite.config.mjs'),
      `import { EventEmitter } from 'node:events';
       setTimeout(() => { throw new Error('thrown in the configuration'); }, 300);
       setTimeout(() => Promise.reject(new Error('rejected in the configuration')), 400);
       setTimeout(() => new EventEmitter().emit('error', new Error('emitted in the configuration')), 500);
       export default { supervisor: { stableMs: 300 } };`,
    );
    const running = start(t, dir, 'dies.mjs');
    const port = await running.port();
    for (const what of ['thrown', 'rejected', 'emitted']) {
      await running.logs(`${what} in the configuration`, 'it goes on');
    }
    await running.untilStatus('an incident for each', ({ incidents }) => {
      return (
        incidents.length === 3 &&
        incidents.every(({ cause, outcome }) => cause === 'unknown' && outcome === 'unresolved')
      );
    });
    await healsOnce(running, port);
  });

  test('when a worker writes nonsense where Respite reads', async (t) => {
    const running = respite(t, 'faults/garbles.mjs', { config: QUICK });
    const port = await running.port();
    await running.ready();
    // The first one adds a series, which writes the head of the counters' file anew.
    await echo(port, { path: '/garble' });
    await echo(port, { path: '/garble' });
    assert.equal((await running.manage('/metrics')).status, 200);
    await running.logs('sent a message that could not be understood');
    const { workers, incidents } = await running.status();
    assert.deepEqual([workers.length, incidents], [1, []]);
    await healsOnce(running, port);
  });

  test(
    'when its descriptors run out, and heals when there are some again',
    { skip: lacks('prlimit') },
    async (t) => {
      const running = respite(t, 'dies.mjs', { config: QUICK });
      const port = await running.port();
      const [worker] = await running.ready();
      const open = readdirSync(`/proc/${running.pid}/fd`).length;
      limit(running.pid, `--nofile=${open + 1}:4096`);
      kill(worker?.pid ?? 0, 'SIGSEGV');
      await running.logs('SIGSEGV', 'restarting');
      await running.logs('CRASH LOOP');
      limit(running.pid, '--nofile=4096:4096');
      running.signal('SIGHUP');
      await running.until('a worker to answer', async () =>
        echo(port).then(
          () => true,
          () => false,
        ),
      );
    },
  );

  test('when everything is stopped for 10 s: nobody is called silent, stuck or blocked for it', async (t) => {
    const running = respite(t, 'dies.mjs', { options: ['--workers', '2'], config: QUICK });
    const port = await running.port();
    const before = (await running.ready()).map(({ pid }) => pid);
    await running.untilStatus('reports', ({ workers }) =>
      workers.every(({ report }) => report !== undefined),
    );
    const everything = [...before, running.pid];
    for (const pid of everything) kill(pid, 'SIGSTOP');
    await delay(10_000);
    for (const pid of everything) kill(pid, 'SIGCONT');
    const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
    const { workers, incidents, fallbackResponder, restarts } = await running.untilStatus(
      '5 s of reports',
      (status) => {
        const isLater = (status.workers[0]?.report?.sequence ?? 0) > sequence + 20;
        return isLater && status.workers.every(({ state }) => state === 'ready') && status;
      },
    );
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      before,
    );
    assert.deepEqual(
      [incidents, fallbackResponder, restarts.signal],
      [[], { isPresent: false, answered: 0 }, 0],
    );
    assert.ok(before.includes((await echo(port)).pid));
  });

  test('when the package is gone for a while', async (t) => {
    const dir = temporaryDirectory();
    const copy = path.join(dir, 'package');
    cpSync(path.join(repository, 'dist'), path.join(copy, 'dist'), { recursive: true });
    cpSync(path.join(repository, 'package.json'), path.join(copy, 'package.json'));
    symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'));
    const running = start(t, dir, 'dies.mjs', path.join(copy, 'dist/cli/bin.js'));
    const port = await running.port();
    const [worker] = await running.ready();
    await running.untilStatus('a report', ({ workers }) => workers[0]?.report !== undefined);
    renameSync(copy, `${copy}.away`);
    kill(worker?.pid ?? 0, 'SIGSEGV');
    await running.logs('SIGSEGV', 'restarting');
    await running.untilStatus('an incident', ({ incidents }) => incidents.length > 0);
    await running.logs('CRASH LOOP');
    renameSync(`${copy}.away`, copy);
    running.signal('SIGHUP');
    await running.until('a worker to answer', async () =>
      echo(port).then(
        () => true,
        () => false,
      ),
    );
  });
});

function start(t: TestContext, dir: string, script: string, command: string = bin): RunningRespite {
  const running = new RunningRespite(
    [command, 'run', '--management', '127.0.0.1:0', fixture(script)],
    dir,
    {},
  );
  t.after(() => running.cleanUp());
  return running;
}
