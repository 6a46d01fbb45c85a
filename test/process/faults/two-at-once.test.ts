// What happens to a worker while something else is done to it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { echo, request } from '../../harness/http.ts';
import { kill } from '../../harness/process.ts';
import { respite } from '../../harness/respite.ts';
import { endedIncident, steps } from '../../harness/incidents.ts';

const QUICK = { unreadyMs: 500, evidenceMs: 1000, killMs: 3000 };
const CONFIG = {
  supervisor: { stableMs: 300, trialMs: 0, fallbackResponder: false, detect: { blockedLoop: QUICK } },
};

// They wait for the detector and for processes to start.
describe('two at once', { concurrency: 4 }, () => {
  test('SIGHUP while a worker is healed: it is healed, then all are renewed', async (t) => {
    const running = respite(t, 'faults/blocked.mjs', { config: CONFIG });
    const port = await running.port();
    const [sick] = await running.ready();
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.logs('is blocked in sleepForEver');
    running.signal('SIGHUP');
    await running.logs('rolling restart begins');
    await running.logs('rolling restart is done');
    const incident = await endedIncident(running);
    assert.equal(incident.worker.pid, sick?.pid);
    assert.match(steps(incident), /replaced$/);
    const [worker] = await running.ready();
    assert.equal((await echo(port)).pid, worker?.pid);
    const { restarts } = await running.status();
    assert.deepEqual([restarts['event-loop-blocked'], restarts.rolling], [1, 1]);
    assert.deepEqual(await running.offspring(), [worker?.pid]);
  });

  test('a worker hangs while a rolling restart is under way: killed, and in the end every slot has one that serves', async (t) => {
    const running = respite(t, 'faults/blocked-or-stuck.mjs', {
      options: ['--workers', '2'],
      config: CONFIG,
    });
    const port = await running.port();
    const before = await running.ready();
    // The first replacement doesn't listen yet, so the restart stays under way for as long as this file is there.
    writeFileSync(path.join(running.dir, 'stuck'), '');
    running.signal('SIGHUP');
    await running.untilStatus('a replacement', ({ workers }) =>
      workers.some(({ state }) => state === 'starting'),
    );
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.logs('is blocked in sleepForEver');
    await running.logs('is killed: its event loop has been blocked');
    await running.until('one to go on serving', async () =>
      request(port, { signal: AbortSignal.timeout(1000) }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    writeFileSync(path.join(running.dir, 'unstuck'), '');
    const workers = await running.ready();
    assert.deepEqual(
      workers.map(({ slot }) => slot),
      [1, 2],
    );
    assert.ok(
      workers.every(({ id }) => before.every((old) => old.id !== id)),
      running.transcript(),
    );
    const incident = await endedIncident(running);
    assert.equal(incident.cause, 'event-loop-blocked');
  });

  test('deploys do not use up the budget of restarts', async (t) => {
    const running = respite(t, 'dies.mjs', { config: { supervisor: { stableMs: 300, trialMs: 0 } } });
    await running.port();
    for (let n = 1; n <= 6; n += 1) {
      const [old] = await running.ready();
      running.signal('SIGHUP');
      await running.untilStatus(`restart ${n}`, ({ workers, restarting, restarts }) => {
        return !restarting && restarts.rolling === n && workers.length === 1 && workers[0]?.id !== old?.id;
      });
    }
    kill((await running.ready())[0]?.pid ?? 0, 'SIGSEGV');
    const line = await running.logs('SIGSEGV', 'restarting');
    assert.equal(line['delayMs'], 0);
  });

  test('a new version that does not start is an incident of its own, and the old one goes on serving', async (t) => {
    const running = respite(t, 'starts-when-allowed.mjs');
    writeFileSync(path.join(running.dir, 'allowed'), '');
    const port = await running.port();
    const [first] = await running.ready();
    writeFileSync(path.join(running.dir, 'broken'), '');
    running.signal('SIGHUP');
    const incident = await endedIncident(running);
    assert.deepEqual([incident.cause, incident.outcome], ['deploy-failed', 'unresolved']);
    assert.equal(
      incident.summary,
      'the new version was taken back: the new worker ended with exit code 1 before it listened',
    );
    assert.match(
      incident.facts[0] ?? '',
      /^worker 2 did not start: it crashed: Error: broken at start, in .*\(.*starts-when-allowed\.mjs:7\)$/,
    );
    assert.match(steps(incident), /the old version goes on serving$/);
    assert.equal((await echo(port)).pid, first?.pid);
  });
});
