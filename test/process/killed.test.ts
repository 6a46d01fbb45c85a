// Workers are killed again and again: no client is refused, it is no crash loop, and they are all back soon after.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { bare, respite } from '../harness/respite.ts';

/** The bench does it for a minute. */
const SECONDS = Number(process.env['RESPITE_TEST_KILL_SECONDS'] ?? 8);
const WORKERS = 2;
const PAUSE_MS = 250;

/** The goal: a worker waits a second for its start at most, and starts within another. */
const GOAL_MS = 2000;

/** Maximum time, in ms, in which a quiet machine of two cores starts as many servers on Node.js alone at once. */
const QUIET_START_MS = 200;

/** Starts servers on Node.js alone, without Respite: how much slower this machine is now than a quiet one, at least 1. */
async function slowness(t: TestContext): Promise<number> {
  const startMs = performance.now();
  await Promise.all(Array.from({ length: WORKERS }, () => bare(t, 'node-http.mjs').port()));
  return Math.max(1, (performance.now() - startMs) / QUIET_START_MS);
}

test(`kill -9 of every worker, again and again for ${SECONDS} s: 0 refused, no crash loop, all back within 2 s`, async (t) => {
  const running = respite(t, 'node-http.mjs', { options: ['--workers', String(WORKERS)] });
  const port = await running.port();
  await running.ready();
  const fates = new Map<string, number>();
  const over = new AbortController();
  const clients = Array.from({ length: 4 }, async () => {
    while (!over.signal.aborted) {
      const fate = await request(port).then(
        ({ status }) => String(status),
        ({ code }: NodeJS.ErrnoException) => code ?? 'another error',
      );
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
      await delay(5);
    }
  });
  const endMs = performance.now() + SECONDS * 1000;
  let kills = 0;
  while (performance.now() < endMs) {
    const { workers } = await running.status();
    for (const { pid } of workers) kill(pid);
    kills += workers.length;
    await delay(PAUSE_MS);
  }
  const lastMs = performance.now();
  await running.ready();
  const tookMs = performance.now() - lastMs;
  // While the clients still ask, as they did while the workers started.
  const times = await slowness(t);
  over.abort();
  await Promise.all(clients);

  // The wait is a timer's; only the start takes longer on a slow machine.
  const allowedMs = GOAL_MS + (times - 1) * 1000;
  t.diagnostic(
    `all back after ${Math.round(tookMs)} ms, on a machine ${times.toFixed(1)} times as slow as a quiet one`,
  );
  assert.ok(tookMs < allowedMs, `all back after ${tookMs} ms, ${allowedMs} allowed`);
  const told = JSON.stringify(Object.fromEntries(fates));
  assert.ok(kills > SECONDS && (fates.get('200') ?? 0) > 0, told);
  // Nothing but answers, those that the dead had accepted, and a fallback responder's where no worker was back in time.
  assert.deepEqual(
    [...fates.keys()].filter((fate) => !['200', '503', 'ECONNRESET'].includes(fate)),
    [],
    told,
  );
  assert.equal(running.logged('CRASH LOOP').length, 0);
  for (let slot = 1; slot <= WORKERS; slot += 1) {
    const deaths = running.log.filter((line) => line['slot'] === slot && typeof line['delayMs'] === 'number');
    assert.ok(deaths.length <= SECONDS + 4, `${deaths.length} starts in slot ${slot}`);
    assert.ok(deaths.every((line) => Number(line['delayMs']) <= 1000));
  }
  const { incidents } = await running.status();
  assert.ok(incidents.every(({ cause }) => cause === 'unknown'));
  assert.equal(
    new Set(incidents.map(({ worker }) => worker.slot)).size,
    incidents.length,
    'one for each slot',
  );
});
