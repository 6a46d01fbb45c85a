// A worker whose event loop stands still is seen, looked into, replaced and killed; one that is only busy, stopped or slow is not.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { echo, request } from '../../harness/http.ts';
import { nodeBinary } from '../../harness/nodes.ts';
import { kill } from '../../harness/process.ts';
import { respite } from '../../harness/respite.ts';
import { DEADLINE_MS } from '../../harness/until.ts';
import { endedIncident, steps } from '../../harness/incidents.ts';

const FIXTURE = 'faults/blocked.mjs';

/** The same logic in a shorter time. */
const QUICK = { unreadyMs: 500, evidenceMs: 600, killMs: 1800 };

/** For workers that spin: each of them takes a core until it is killed, and only that time counts. */
const SPINNING = { unreadyMs: 500, evidenceMs: 500, killMs: 1200 };

/** Each message of the inspector waits for the end of a native call, which takes 0.1 s, and on a busy machine longer. */
const NATIVE = { ...QUICK, killMs: 4000 };

/**
 * Without the fallback responder, whose start would come before the stack or after it: `at the defaults` and the tests of
 * the fallback responder have one. No drain ends before the kill, which counts only the time that the worker had a processor.
 */
const ALONE = {
  stableMs: 300,
  drainTimeoutMs: 60_000,
  fallbackResponder: false,
};

/** Only time with a processor counts for the kill: on a busy machine seconds of it take many times as long. */
const KILLED_WITHIN_MS = 3 * DEADLINE_MS;

const BLOCKS: readonly { fault: string; name: string; blockedLoop?: typeof SPINNING }[] = [
  { fault: '/busy-loop', name: 'spinForEver' },
  { fault: '/regex', name: 'matchForEver' },
  { fault: '/stringify', name: 'stringifyTooMuch', blockedLoop: NATIVE },
  { fault: '/atomics', name: 'waitForEver', blockedLoop: QUICK },
  { fault: '/microtasks', name: 'neverTurns' },
  { fault: '/next-ticks', name: 'tickForEver' },
];

// One after the other: each spins, and its stack comes late without a core of its own.
for (const { fault, name, blockedLoop = SPINNING } of BLOCKS) {
  test(`${fault}: the stack names the function, another worker serves, the blocked one is killed`, async (t) => {
    const running = respite(t, FIXTURE, {
      config: { supervisor: { ...ALONE, detect: { blockedLoop } } },
    });
    const port = await running.port();
    const [sick] = await running.ready();
    const signal = AbortSignal.timeout(KILLED_WITHIN_MS);
    const answer = request(port, { path: `${fault}?token=secret`, signal });
    const lost = assert.rejects(answer, { code: 'ECONNRESET' });
    const incident = await endedIncident(running, KILLED_WITHIN_MS);
    await lost;
    assert.equal(incident.cause, 'event-loop-blocked');
    assert.equal(incident.worker.pid, sick?.pid);
    assert.match(incident.summary, new RegExp(`GET ${fault}, in ${name} \\(.*blocked\\.mjs:\\d+\\)$`));
    assert.match(
      steps(incident),
      // A native call of seconds, as JSON.stringify makes it, delays the stack.
      /^.* has been blocked for .*\n(?:no stack could be taken; .*\n)?stack taken after .*\nkilled: .*\nreplaced$/,
      running.transcript(),
    );
    const { restarts, workers } = await running.status();
    assert.deepEqual([restarts['event-loop-blocked'], restarts.signal, workers.length], [1, 0, 1]);
    assert.notEqual((await echo(port)).pid, sick?.pid);
    assert.equal((await running.manage('/health/ready')).status, 200);
    assert.doesNotMatch(running.stderr, /secret/);
  });
}

for (const version of [22, 24] as const) {
  test(`on Node ${version} too the function of a storm of microtasks is found`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const running = respite(t, FIXTURE, {
      node,
      config: { supervisor: { ...ALONE, detect: { blockedLoop: SPINNING } } },
    });
    request(await running.port(), { path: '/microtasks' }).catch(() => {});
    const incident = await endedIncident(running);
    assert.match(incident.summary, /in neverTurns \(/);
    assert.match(steps(incident), /killed: [^]*\nreplaced$/);
  });
}

// These wait, for a time that the detector prescribes.
describe('a blocked event loop', { concurrency: 3 }, () => {
  test('in a call that it does not come back from: no stack, but where in the kernel it stands and what it waits for', async (t) => {
    // Where it stands is looked up 1.5 s after the stack was asked for, on a busy machine later, and it must still be there.
    const running = respite(t, FIXTURE, {
      config: { supervisor: { ...ALONE, detect: { blockedLoop: { ...QUICK, killMs: 8000 } } } },
    });
    request(await running.port(), { path: '/read' }).catch(() => {});
    const incident = await endedIncident(running);
    assert.equal(incident.stack, undefined);
    const place = `in the kernel: read of descriptor \\d+(, in \\w+)? → ${running.dir}/pipe`;
    assert.match(steps(incident), new RegExp(`no stack could be taken; its main thread is ${place}\n`));
  });

  test('at the defaults: not ready from 2 s on, an incident at 5 s, served again before the end of the blocked one at 10 s', async (t) => {
    const running = respite(t, FIXTURE, { config: { supervisor: { stableMs: 300 } } });
    const port = await running.port();
    const [sick] = await running.ready();
    request(port, { path: '/sleepy-loop' }).catch(() => {});
    await running.untilStatus('a worker that is not ready', ({ workers: [worker] }) => {
      const gapMs = worker?.report?.gapMs ?? 0;
      assert.ok(
        worker?.state === 'ready' ? gapMs < 2000 : gapMs >= 2000,
        `${worker?.state} after ${gapMs} ms`,
      );
      return worker?.state === 'unresponsive';
    });
    assert.equal((await running.manage('/health/ready')).status, 503);
    const { pid } = await running.until('another worker', async () => {
      const { status, body } = await request(port);
      // Until then a fallback responder answers.
      return status === 200 && (JSON.parse(body) as { pid: number });
    });
    assert.notEqual(pid, sick?.pid);
    assert.ok((await running.offspring()).includes(sick?.pid ?? 0), 'the blocked one is still there');
    const incident = await endedIncident(running);
    const gapMs = incident.report?.gapMs ?? 0;
    assert.ok(gapMs >= 5000 && gapMs < 6000, String(gapMs));
    assert.match(steps(incident), /has been blocked for 5\.\d s[^]*killed: .* for 10\.\d s/);
  });

  test('with two workers the other one loses nothing', async (t) => {
    const agents = Array.from({ length: 12 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    // Before the workers are drained, which wait for idle connections.
    t.after(() => agents.forEach((agent) => agent.destroy()));
    const running = respite(t, FIXTURE, {
      options: ['--workers', '2'],
      config: { supervisor: { stableMs: 300, detect: { blockedLoop: QUICK } } },
    });
    const port = await running.port();
    const [one, two] = await running.ready();
    const pids = await Promise.all(agents.map(async (agent) => (await echo(port, { agent })).pid));
    const sick = pids[0];
    assert.ok(sick === one?.pid || sick === two?.pid);
    request(port, { path: '/sleepy-loop', agent: agents[0] }).catch(() => {});
    const over = new AbortController();
    const served = agents.map(async (agent, i) => {
      if (pids[i] === sick) return 0;
      let count = 0;
      for (; !over.signal.aborted; count += 1) {
        assert.equal((await echo(port, { agent })).pid, pids[i]);
        await delay(5);
      }
      return count;
    });
    // And a new client is never left to the one that is blocked.
    const fresh = (async (): Promise<number> => {
      let count = 0;
      for (; !over.signal.aborted; count += 1) {
        assert.notEqual((await echo(port)).pid, sick);
        await delay(5);
      }
      return count;
    })();
    const incident = await endedIncident(running).finally(() => over.abort());
    assert.equal(incident.worker.pid, sick);
    const counts = await Promise.all(served);
    assert.ok((await fresh) > 0 && counts.every((count, i) => count > 0 || pids[i] === sick));
  });

  test('one that turns again before it is past hope is drained, and its request answered', async (t) => {
    const running = respite(t, FIXTURE, {
      config: { supervisor: { stableMs: 300, detect: { blockedLoop: { ...QUICK, killMs: 20_000 } } } },
    });
    const port = await running.port();
    const [sick] = await running.ready();
    const answer = echo(port, { path: '/sleepy-loop' });
    await running.logs('is blocked in sleepForEver');
    await running.untilStatus('its replacement', ({ workers }) =>
      workers.some(({ state }) => state === 'ready'),
    );
    writeFileSync(path.join(running.dir, 'unblock'), '');
    assert.equal((await answer).pid, sick?.pid);
    const incident = await endedIncident(running);
    assert.doesNotMatch(steps(incident), /killed/);
    assert.equal((await running.status()).restarts['event-loop-blocked'], 1);
  });

  test('as busy as can be, and stopped for 3 s: nothing is wrong', async (t) => {
    const running = respite(t, FIXTURE, {
      config: { supervisor: { stableMs: 300, detect: { blockedLoop: QUICK } } },
    });
    const port = await running.port();
    const [worker] = await running.ready();
    const over = new AbortController();
    const clients = Array.from({ length: 8 }, async () => {
      // Refused or served: what counts is that the processor has no rest.
      while (!over.signal.aborted) await request(port, { path: '/honest' });
    });
    const seen = running.untilStatus(
      'a busy loop',
      ({ workers: [now] }) => (now?.report?.utilization ?? 0) > 0.9,
    );
    await Promise.all([seen, delay(2000)]).finally(() => over.abort());
    await Promise.all(clients);
    for (const signal of ['SIGSTOP', 'SIGCONT'] as const) {
      kill(worker?.pid ?? 0, signal);
      running.signal(signal);
      if (signal === 'SIGSTOP') await delay(3000);
    }
    const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
    await running.untilStatus(
      'more reports',
      ({ workers: [now] }) => (now?.report?.sequence ?? 0) > sequence + 8,
    );
    const { incidents, workers, restarts } = await running.status();
    assert.deepEqual([incidents, restarts['event-loop-blocked'], workers[0]?.pid], [[], 0, worker?.pid]);
  });

  test('switched off, a blocked worker is only called so', async (t) => {
    const running = respite(t, FIXTURE, { config: { supervisor: { detect: { blockedLoop: false } } } });
    const port = await running.port();
    await running.ready();
    const answer = request(port, { path: '/sleepy-loop' });
    await running.untilStatus('a silent worker', ({ workers: [now] }) => now?.state === 'unresponsive');
    assert.deepEqual((await running.status()).incidents, []);
    writeFileSync(path.join(running.dir, 'unblock'), '');
    assert.equal((await answer).status, 200);
    await running.ready();
  });
});
