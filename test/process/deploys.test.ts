// Rolling restarts try the new version beside the old one, and take back what fails.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { echo } from '../harness/http.ts';
import { endedIncident, steps } from '../harness/incidents.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

const TRIAL = { admission: REFUSES_NOTHING, supervisor: { trialMs: 2000 } };

/** The processes that answer within this many requests, each on a connection of its own. */
async function answering(port: number, requests: number = 40): Promise<ReadonlySet<number>> {
  const answers = await Promise.all(Array.from({ length: requests }, () => echo(port)));
  return new Set(answers.map(({ pid }) => pid));
}

function change(running: RunningRespite, file: string): void {
  writeFileSync(path.join(running.dir, file), '');
  running.signal('SIGHUP');
}

/** The trial has begun. */
async function bothReady(running: RunningRespite): Promise<void> {
  await running.untilStatus('both to be ready', ({ workers }) => {
    return workers.length === 2 && workers.every(({ state }) => state === 'ready');
  });
}

describe('a rolling restart', { concurrency: true }, () => {
  test('has both versions serve for a while, and then the new one alone', async (t) => {
    const running = respite(t, 'dies.mjs', { config: TRIAL });
    const port = await running.port();
    const [old] = await running.ready();
    running.signal('SIGHUP');
    await bothReady(running);
    // The kernel gives each connection to the process that is there first.
    const answered = new Set<number>();
    await running.until('both to answer', async () => {
      for (const pid of await answering(port)) answered.add(pid);
      return answered.size === 2;
    });
    assert.equal((await running.status()).restarts.rolling, 0, 'nothing is decided yet');
    const { workers } = await running.untilStatus(
      'the new one alone',
      (status) => status.workers.length === 1 && !status.restarting && status,
    );
    assert.notEqual(workers[0]?.pid, old?.pid);
    assert.equal((await running.status()).restarts.rolling, 1);
    assert.deepEqual((await running.status()).incidents, []);
  });

  test('to a version that ends after it listened is taken back, and no other worker gets it', async (t) => {
    const running = respite(t, 'dies.mjs', { options: ['--workers', '2'], config: TRIAL });
    const port = await running.port();
    const before = (await running.ready()).map(({ pid }) => pid);
    change(running, 'doomed');
    const incident = await endedIncident(running);
    assert.deepEqual(
      [incident.cause, incident.outcome, incident.worker.slot],
      ['deploy-failed', 'unresolved', 1],
    );
    assert.match(
      incident.summary,
      /^the new version was taken back: the new worker ended with exit code 7(, 0\.\d s after it was ready| before it listened)$/,
    );
    assert.match(incident.facts[0] ?? '', /process\.exit\(\) was called in Server/);
    assert.match(steps(incident), /\nthe old version goes on serving$/);
    await running.logs('the rolling restart failed');
    const { workers, restarts, incidents } = await running.status();
    assert.deepEqual(
      workers.map(({ pid }) => pid),
      before,
    );
    assert.deepEqual([restarts.rolling, restarts.exit, incidents.length], [0, 0, 1]);
    assert.ok([...(await answering(port))].every((pid) => before.includes(pid)));

    // The next version is healthy.
    rmSync(path.join(running.dir, 'doomed'));
    running.signal('SIGHUP');
    await running.untilStatus('both to be new', (status) => {
      return (
        !status.restarting &&
        status.workers.length === 2 &&
        status.workers.every(({ pid, state }) => state === 'ready' && !before.includes(pid))
      );
    });
  });

  test('to a version that listens elsewhere is taken back', async (t) => {
    const running = respite(t, 'moves.mjs', { config: TRIAL });
    const port = await running.port();
    const [old] = await running.ready();
    change(running, 'moved');
    const incident = await endedIncident(running);
    assert.equal(incident.cause, 'deploy-failed');
    const [, from, to] =
      /does not listen on (\S+), where its predecessor listens, but on (\S+)\. Clients/.exec(
        incident.summary,
      ) ?? [];
    assert.equal(from, `127.0.0.1:${port}`, incident.summary);
    assert.match(to ?? '', /^127\.0\.0\.2:\d+$/);
    assert.notEqual(to, from);
    assert.match(incident.summary, /to change it, stop the instance and start it again$/);
    assert.equal((await echo(port)).pid, old?.pid);
  });

  test('while the old worker dies ends with the new one', async (t) => {
    const running = respite(t, 'dies.mjs', { config: TRIAL });
    const port = await running.port();
    const [old] = await running.ready();
    running.signal('SIGHUP');
    await bothReady(running);
    process.kill(old?.pid ?? 0, 'SIGKILL');
    await running.untilStatus(
      'the new one alone',
      (status) => status.workers.length === 1 && !status.restarting,
    );
    assert.notEqual((await echo(port)).pid, old?.pid);
    assert.equal((await running.status()).restarts.rolling, 1);
  });
});
