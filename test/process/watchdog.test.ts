// The watchdog thread sees what happens on the main thread, and only that; and it is in nobody's way.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { WatchdogReport } from '../../src/worker/index.ts';
import { endedIncident, steps } from '../harness/incidents.ts';
import { echo, request } from '../harness/http.ts';
import { nodeBinary } from '../harness/nodes.ts';
import { kill, temporaryDirectory } from '../harness/process.ts';
import { bare, respite, type RunningRespite } from '../harness/respite.ts';

/** The supervisor calls it silence after this. */
const KILL_MS = 2000;

/** Waits for a report of the only worker that fits. */
async function report(
  running: RunningRespite,
  what: string,
  fits: (report: WatchdogReport) => boolean = () => true,
): Promise<WatchdogReport> {
  return running.untilStatus(what, ({ workers: [worker] }) =>
    worker?.report !== undefined && fits(worker.report) ? worker.report : undefined,
  );
}

/** Processor time of the thread, found by its name, of which the kernel keeps 15 letters. */
function watchdogCpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const thread = readdirSync(tasks).find((task) =>
    readFileSync(`${tasks}/${task}/comm`, 'latin1').startsWith('respite watchd'),
  );
  assert.ok(thread !== undefined, 'no watchdog thread');
  return Number(readFileSync(`${tasks}/${thread}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
}

// They wait for its reports, of which there are four a second.
describe('the watchdog thread', { concurrency: 3 }, () => {
  for (const fault of ['/busy-loop', '/microtasks', '/next-ticks'] as const) {
    test(`${fault}: it reports how long the loop has not turned, and the request that did it`, async (t) => {
      const running = respite(t, 'faults/blocked.mjs', { options: ['--heap', '200'] });
      const port = await running.port();
      await echo(port);
      const calm = await report(running, 'a calm report', ({ completions }) => completions === 1);
      assert.equal(calm.gapMs, 0);
      assert.equal(calm.oldGenerationLimitBytes, 200 * 1024 * 1024);
      assert.ok(calm.oldGenerationBytes > 1024 * 1024 && calm.oldGenerationBytes < 50 * 1024 * 1024);
      const answer = request(port, { path: `${fault}?token=secret` });
      const blocked = await report(running, 'a gap', ({ gapMs }) => gapMs >= 1000);
      assert.equal(blocked.lastRequest, `GET ${fault}`);
      assert.equal(blocked.utilization, 1);
      writeFileSync(path.join(running.dir, 'unblock'), '');
      assert.equal((await answer).status, 200);
      await report(running, 'the end of the gap', ({ gapMs }) => gapMs === 0);
    });
  }

  test('a process that was stopped for 3 s has not been hanging', async (t) => {
    const running = respite(t, 'faults/blocked.mjs');
    await running.port();
    const [worker] = await running.ready();
    const before = await report(running, 'a report');
    const pid = worker?.pid ?? 0;
    kill(pid, 'SIGSTOP');
    await delay(3000);
    kill(pid, 'SIGCONT');
    const late = await report(running, 'a late report', ({ lagMs }) => lagMs >= 2000);
    assert.ok(late.gapMs < 1000, String(late.gapMs));
    const { sequence } = await report(running, 'more', (now) => now.sequence >= before.sequence + 8);
    assert.ok(sequence > late.sequence);
  });

  test('while a debugger is attached nothing is a hang; a port that is only open changes nothing', async (t) => {
    const running = respite(t, 'faults/blocked.mjs', { env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
    const port = await running.port();
    const [worker] = await running.ready();
    await report(running, 'a report');
    // The first is the supervisor's, which has closed it.
    const [, inspector = ''] = [...running.stderr.matchAll(/ws:\/\/127\.0\.0\.1:\d+\/\S+/g)].map(
      ([url]) => url,
    );
    const answer = request(port, { path: '/sleepy-loop' });
    await report(running, 'a gap', ({ gapMs }) => gapMs >= 1500);
    const socket = new WebSocket(inspector);
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    const debugged = await report(running, 'a debugger', (now) => now.debugger);
    assert.equal(debugged.gapMs, 0);
    assert.equal((await running.status()).workers[0]?.pid, worker?.pid);
    socket.close();
    writeFileSync(path.join(running.dir, 'unblock'), '');
    assert.equal((await answer).status, 200);
    await report(running, 'the end', (now) => !now.debugger);
  });

  test('no process that the script starts gets its pipe, and it loads nothing that the script preloads', async (t) => {
    const dir = temporaryDirectory();
    const preload = path.join(dir, 'preload.cjs');
    writeFileSync(preload, `console.log('preloaded ' + require('node:worker_threads').isMainThread);`);
    const running = respite(t, 'watched-child.mjs', { dir, env: { NODE_OPTIONS: `--require ${preload}` } });
    await running.port();
    await report(running, 'a report');
    await running.saysOnStdout('child has ');
    const found = /child has (.*)/.exec(running.stdout)?.[1];
    const alone = bare(t, 'watched-child.mjs');
    await alone.saysOnStdout('child has ');
    assert.equal(found, /child has (.*)/.exec(alone.stdout)?.[1]);
    assert.doesNotMatch(running.stdout, /preloaded false/);
  });

  test(
    'it costs less than 1 % of a processor',
    { skip: process.platform !== 'linux' && 'needs Linux' },
    async (t) => {
      const running = respite(t, 'faults/blocked.mjs');
      await running.port();
      const [worker] = await running.ready();
      const pid = worker?.pid ?? 0;
      const begin = await report(running, 'what it needs to start', ({ sequence }) => sequence >= 8);
      const before = watchdogCpuMs(pid);
      const end = await report(
        running,
        'five seconds more',
        ({ sequence }) => sequence >= begin.sequence + 20,
      );
      const seconds = (end.sequence - begin.sequence) / 4;
      const usedMs = watchdogCpuMs(pid) - before;
      assert.ok(usedMs > 0 && usedMs < 10 * seconds, `${usedMs} ms in ${seconds} s`);
    },
  );

  test('a script that may not have threads runs without it, the log says so, and it is replaced when it blocks', async (t) => {
    const allowed = ['--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process', '--allow-net'];
    const running = respite(t, 'faults/blocked.mjs', {
      env: { NODE_OPTIONS: ['--permission', ...allowed].join(' ') },
      config: {
        supervisor: {
          stableMs: 300,
          fallbackResponder: false,
          detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 600, killMs: KILL_MS } },
        },
      },
    });
    const port = await running.port();
    assert.equal((await running.logs('has no watchdog', '--allow-worker')).level, 40);
    assert.equal((await echo(port)).method, 'GET');
    const [worker] = await running.ready();
    assert.equal(worker?.report, undefined);

    // A process that is stopped says nothing either.
    await running.untilStatus('a sample', ({ workers }) => workers[0]?.sample !== undefined);
    kill(worker?.pid ?? 0, 'SIGSTOP');
    await running.untilStatus('silence', ({ workers }) => (workers[0]?.sampleAgeMs ?? 0) >= 2 * KILL_MS);
    kill(worker?.pid ?? 0, 'SIGCONT');
    await running.ready();
    assert.deepEqual((await running.status()).incidents, []);

    request(port, { path: '/sleepy-loop' }).catch(() => {});
    const incident = await endedIncident(running);
    assert.equal(incident.cause, 'event-loop-blocked');
    assert.equal(incident.worker.pid, worker?.pid);
    assert.match(incident.summary, /nothing was heard of worker 1 for/);
    assert.match(steps(incident), /killed: its event loop has been blocked for [1-9][^]*replaced$/);
    assert.notEqual((await echo(port)).pid, worker?.pid);
  });

  for (const version of [22, 24] as const) {
    test(`it watches on Node ${version}`, async (t) => {
      const node = await nodeBinary(t, version);
      if (node === undefined) return;
      const running = respite(t, 'faults/blocked.mjs', { node });
      const port = await running.port();
      const answer = request(port, { path: '/sleepy-loop' });
      const blocked = await report(running, 'a gap', ({ gapMs }) => gapMs >= 1500);
      assert.equal(blocked.lastRequest, 'GET /sleepy-loop');
      writeFileSync(path.join(running.dir, 'unblock'), '');
      assert.equal((await answer).status, 200);
      assert.equal((await running.stop()).code, 0);
    });
  }
});
