// What has died is replaced: at once, then ever later, and loudly when it does not stop dying.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { NO_RESTARTS_YET, type WorkerStatus } from '../../src/supervisor/index.ts';
import { endedIncident, steps } from '../harness/incidents.ts';
import { echo, request } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';

/** Waits for the one worker that has taken the place of `old`. */
async function replaced(running: RunningRespite, old: WorkerStatus | undefined): Promise<WorkerStatus> {
  return running.untilStatus('a replacement', ({ workers: [worker, ...others] }) =>
    others.length === 0 && worker?.state === 'ready' && worker.id !== old?.id ? worker : undefined,
  );
}

const DEATHS = [
  {
    what: 'process.exit(3)',
    path: '/exit?code=3',
    cause: 'exit',
    says: [/"(exitC|c)ode":3|code 3/],
    incident: 'crash',
    summary: /^worker 1 ended with exit code 3: process\.exit\(\) was called in .*\(.*dies\.mjs:\d+\)$/,
  },
  {
    what: 'process.exit(0)',
    path: '/exit?code=0',
    cause: 'exit',
    says: [/"(exitC|c)ode":0|code 0/],
    incident: 'crash',
    summary: /exit code 0: process\.exit\(\) was called in .*dies\.mjs:\d+\)$/,
  },
  {
    what: 'an uncaught exception',
    path: '/throw',
    cause: 'exit',
    says: [/"(exitC|c)ode":1|code 1/],
    incident: 'crash',
    summary: /^worker 1 crashed: Error: thrown in a handler, in .*\(.*dies\.mjs:\d+\)$/,
  },
  {
    what: 'an unhandled rejection',
    path: '/reject',
    cause: 'exit',
    says: [/"(exitC|c)ode":1|code 1/],
    incident: 'crash',
    summary:
      /^worker 1 crashed: TypeError: rejected for \/orders\?token=\*\*\*, in placeOrder \(.*dies\.mjs:\d+\)$/,
  },
  {
    what: 'process.abort()',
    path: '/abort',
    cause: 'signal',
    says: ['SIGABRT'],
    incident: 'crash',
    summary: /^worker 1 aborted: signal SIGABRT$/,
  },
  {
    what: 'SIGSEGV',
    path: '/segv',
    cause: 'signal',
    says: ['SIGSEGV'],
    incident: 'crash',
    summary: /^worker 1 crashed in native code: signal SIGSEGV$/,
  },
  {
    what: 'SIGKILL',
    path: '/kill',
    cause: 'signal',
    says: ['SIGKILL'],
    incident: 'unknown',
    summary: /^worker 1 was killed from outside: signal SIGKILL$/,
  },
] as const;

// They wait for processes to start and for delays.
describe('restarts', { concurrency: 3 }, () => {
  for (const { what, path: route, cause, says, incident, summary } of DEATHS) {
    test(`a worker that ends by ${what} is replaced, and log and incident say how it ended`, async (t) => {
      const running = respite(t, 'dies.mjs', {
        config: { supervisor: { stableMs: 300, fallbackResponder: false } },
      });
      const port = await running.port();
      const [first] = await running.ready();
      assert.equal((await echo(port, { path: route })).pid, first?.pid);
      const second = await replaced(running, first);
      assert.equal(second.slot, 1);
      assert.equal((await echo(port)).pid, second.pid);
      const { restarts } = await running.status();
      assert.deepEqual(restarts, { ...NO_RESTARTS_YET, [cause]: 1 });
      await running.logs(...says, String(first?.pid));
      const ended = await endedIncident(running);
      assert.deepEqual([ended.cause, ended.worker.pid], [incident, first?.pid]);
      assert.match(ended.summary, summary);
      assert.match(steps(ended), /replaced$/);
      assert.ok((ended.endedAtMs ?? 0) - ended.openedAtMs < 10_000);
      assert.doesNotMatch(JSON.stringify(ended) + running.log.map(({ msg }) => msg).join('\n'), /secret/);
      assert.equal((await running.stop()).code, 0);
    });
  }

  test('an incident is over only when the new worker has stayed up, and then since it came up', async (t) => {
    const running = respite(t, 'dies.mjs', {
      config: { supervisor: { stableMs: 3000, fallbackResponder: false } },
    });
    const port = await running.port();
    const [first] = await running.ready();
    await echo(port, { path: '/throw' });
    const second = await replaced(running, first);
    await echo(port, { path: '/exit?code=4' });
    const third = await replaced(running, second);
    const incident = await endedIncident(running);
    assert.match(
      steps(incident),
      /^worker 1 crashed: [^]*replaced\nworker 2 ended with exit code 4: [^]*replaced$/,
    );
    assert.ok(Math.abs((incident.endedAtMs ?? 0) - (third.readyAtMs ?? 0)) < 500);
  });

  test('a program that ends: the first replacement comes at once, the next ones after a growing delay', async (t) => {
    const running = respite(t, 'dies.mjs', { config: { supervisor: { fallbackResponder: false } } });
    const port = await running.port();
    let [worker]: readonly (WorkerStatus | undefined)[] = await running.ready();
    for (let death = 0; death < 3; death += 1) {
      await echo(port, { path: '/exit?code=3' });
      worker = await replaced(running, worker);
    }
    // Full jitter: anything from nothing to 0.5 s, then to 1 s. The first has no delay at all.
    const delays = running.log.map((line) => line['delayMs']).filter((delay) => typeof delay === 'number');
    assert.equal(delays.length, 3, running.transcript());
    assert.equal(delays[0], 0);
    for (const [i, delay] of delays.entries()) assert.ok(delay <= 250 * 2 ** i, `${i}: ${delay}`);
  });

  test('a worker that never listens is killed after startTimeoutMs, and that is an incident', async (t) => {
    const running = respite(t, 'starts-when-allowed.mjs', {
      // More than a start takes on a busy machine.
      config: { supervisor: { startTimeoutMs: 5000, stableMs: 300 } },
    });
    writeFileSync(path.join(running.dir, 'allowed'), '');
    await running.port();
    const [first] = await running.ready();
    writeFileSync(path.join(running.dir, 'stuck'), '');
    kill(first?.pid ?? 0);
    await running.logs('did not start: it did not listen within 5 s');
    rmSync(path.join(running.dir, 'stuck'));
    await replaced(running, first);
    const { incidents } = await running.status();
    assert.deepEqual(
      incidents.map(({ cause }) => cause),
      ['unknown', 'start-failed'],
    );
  });

  test('past five restarts in 60 s it says so loudly, in one incident, and SIGHUP does not wait for the next try', async (t) => {
    const running = respite(t, 'dies.mjs');
    const port = await running.port();
    await running.ready();
    writeFileSync(path.join(running.dir, 'doomed'), '');
    await echo(port, { path: '/exit?code=3' });
    await running.untilStatus('six restarts', ({ restarts }) => restarts.exit + restarts.signal >= 6);
    const loud = await running.logs('CRASH LOOP', '60 s');
    assert.ok(loud.level >= 50);
    const incident = await running.untilStatus('one incident', ({ incidents: [one, ...others] }) => {
      assert.equal(others.length, 0);
      return one?.summary.endsWith('(a crash loop)') === true && one;
    });
    assert.deepEqual([incident.cause, incident.endedAtMs], ['crash', undefined]);
    assert.match(steps(incident), /\ncrash loop: 6 ends within 60 s; from now on one try every 30 s$/m);
    const { log } = running;
    const quiet = log.slice(
      0,
      log.findIndex(({ msg }) => msg === loud.msg),
    );
    assert.equal(quiet.filter((line) => typeof line['delayMs'] === 'number').length, 5, running.transcript());
    rmSync(path.join(running.dir, 'doomed'));
    // The next try by itself comes within the cap of 30 s; after a fix there is no need to wait.
    assert.ok(Number(loud['delayMs']) <= 30_000);
    running.signal('SIGHUP');
    await running.ready();
    await running.until('the worker to serve', async () => (await request(port)).status === 200);
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
});
