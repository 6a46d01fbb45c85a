// A request that ends workers is put into quarantine, and everyone else is served.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../../harness/http.ts';
import { respite, type RunningRespite } from '../../harness/respite.ts';

const FIXTURE = 'faults/poisoned.mjs';
const CONFIG = {
  supervisor: {
    stableMs: 300,
    // No drain ends before the kill.
    drainTimeoutMs: 60_000,
    fallbackResponder: false,
    detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1200, killMs: 1500 } },
  },
};
const CATASTROPHIC = `/match?q=${'a'.repeat(60)}!`;

/** The status of the response, with the reason if it was shed; 0 when the connection ended without one. */
async function ask(port: number, path: string, user: string): Promise<string> {
  const sent = request(port, { path, headers: { 'x-user': user } });
  const answer = await sent.catch(() => undefined);
  return `${answer?.status ?? 0} ${String(answer?.headers['respite-shed'] ?? '')}`.trim();
}

/** Keeps sending a request, at most once a second, until there is a quarantine and each of them has ended: no worker is at one of them. */
async function untilQuarantine(running: RunningRespite, port: number, path: string): Promise<void> {
  const sent: Promise<string>[] = [];
  while (!(await hasQuarantine(running))) {
    sent.push(ask(port, path, 'eve'));
    await delay(1000);
  }
  await Promise.all(sent);
}

async function hasQuarantine(running: RunningRespite): Promise<boolean> {
  return (await running.status()).quarantine.entries.length > 0;
}

test('one catastrophic regular expression a second: from the third that could reach a worker on, all others are served', async (t) => {
  const running = respite(t, FIXTURE, { options: ['--workers', '2'], config: CONFIG });
  const port = await running.port();
  await running.ready();
  await untilQuarantine(running, port, CATASTROPHIC);
  await running.until('both workers to be replaced', async () => {
    const { workers } = await running.status();
    return workers.length === 2 && workers.every(({ state, id }) => state === 'ready' && id > 2);
  });
  const { quarantine, restarts } = await running.status();
  const [entry] = quarantine.entries;
  assert.deepEqual([entry?.scope, entry?.name, quarantine.begun], ['request', 'GET', 1]);
  const others: string[] = [];
  const poison: string[] = [];
  for (let i = 0; i < 60; i += 1) {
    if (i % 20 === 0) poison.push(await ask(port, CATASTROPHIC, 'eve'));
    others.push(await ask(port, '/match?q=tomorrow', `user ${i}`));
  }
  assert.deepEqual(new Set(others), new Set(['200']), 'everyone else');
  assert.deepEqual(poison, ['503 quarantine', '503 quarantine', '503 quarantine']);
  const after = await running.status();
  assert.equal(after.restarts['event-loop-blocked'], restarts['event-loop-blocked'], 'no worker more');
  assert.ok(
    after.incidents.some(({ steps }) => steps.some(({ what }) => what.startsWith('quarantine q1 begins: '))),
    running.transcript(),
  );
  const released = await running.manage('/quarantine/q1/release', 'POST');
  assert.equal(released.status, 200);
  assert.equal((await running.manage('/quarantine/q1/release', 'POST')).status, 404);
  assert.equal(await hasQuarantine(running), false);
});

test('a handler that throws, at once or after it has waited, is blamed by its request', async (t) => {
  const running = respite(t, FIXTURE, { options: ['--workers', '2'], config: CONFIG });
  const port = await running.port();
  await running.ready();
  const crash = async (path: string, workers: number): Promise<void> => {
    assert.equal(await ask(port, path, 'eve'), '0');
    await running.untilStatus(
      'a replacement',
      ({ restarts, workers: all }) =>
        restarts.exit === workers && all.filter(({ state }) => state === 'ready').length === 2,
    );
  };
  await crash('/throw?q=bad', 1);
  await crash('/throw?q=bad', 2);
  await running.untilStatus('a quarantine', ({ quarantine }) => quarantine.entries.length === 1);
  assert.equal(await ask(port, '/throw?q=bad', 'eve'), '503 quarantine');
  assert.equal(await ask(port, '/throw?q=bye', 'eve'), '200');
  // Workers have died, so requests are followed through what they wait for.
  await crash('/late?q=bad', 3);
  await crash('/late?q=bad', 4);
  await running.untilStatus('a second quarantine', ({ quarantine }) => quarantine.entries.length === 2);
  assert.equal(await ask(port, '/late?q=bad', 'eve'), '503 quarantine');
  assert.equal(await ask(port, '/late?q=good', 'eve'), '200');
});
