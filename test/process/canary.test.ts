// A rolling restart compares the new version with the old one under load, and takes back what is worse.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { request } from '../harness/http.ts';
import { endedIncident } from '../harness/incidents.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

/** A hundred requests a second. */
const EVERY_MS = 10;

/** As long as it takes on a machine that is busy: what is seen late is seen all the same. */
const CONFIG = { admission: REFUSES_NOTHING, supervisor: { trialMs: 58_000 } };

/** Statuses of requests at a steady rate, each on a connection of its own, so that both versions get some. */
function load(port: number): { readonly statuses: number[]; stop(): Promise<void> } {
  const statuses: number[] = [];
  const pending = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const sent = request(port).then(
      ({ status }) => void statuses.push(status),
      () => void statuses.push(0),
    );
    pending.add(sent);
    void sent.finally(() => pending.delete(sent));
  }, EVERY_MS);
  return {
    statuses,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

async function deploy(running: RunningRespite, version: string): Promise<void> {
  writeFileSync(path.join(running.dir, 'version'), version);
  running.signal('SIGHUP');
  await running.logs('serves beside worker 1');
}

const WORSE = [
  {
    version: 'fails',
    what: /^the new version was taken back: worker 2 answers [1-9]\d*\.\d % of requests with 5xx, worker 1 0\.0 % \(\d+ and \d+ requests\)$/,
  },
  {
    version: 'slow',
    what: /^the new version was taken back: worker 2 takes \d\.\d times as long as worker 1 for the same routes \(\d+ and \d+ requests\)$/,
  },
  {
    version: 'leaks',
    what: /^the new version was taken back: the live heap of worker 2 grows by \d+\.\d MB\/s, that of worker 1 by at most \d\.\d MB\/s$/,
  },
] as const;

describe('a rolling restart under load', { concurrency: 2 }, () => {
  for (const { version, what } of WORSE) {
    test(`to a version that ${version} is taken back, with facts and evidence, and loses nothing else`, async (t) => {
      const running = respite(t, 'faults/worse.mjs', { config: CONFIG });
      const requests = load(await running.port());
      t.after(() => requests.stop());
      const [old] = await running.ready();
      await deploy(running, version);
      const incident = await endedIncident(running, 60_000);
      assert.deepEqual(
        [incident.cause, incident.outcome, incident.worker.id],
        ['deploy-failed', 'unresolved', 2],
      );
      assert.match(incident.summary, what);
      assert.equal(incident.facts.length, 4);
      await running.logs('the rolling restart failed');
      const workers = await running.ready();
      assert.deepEqual(
        workers.map(({ pid }) => pid),
        [old?.pid],
      );
      await requests.stop();
      const failed = requests.statuses.filter((status) => status !== 200);
      assert.deepEqual(
        failed.filter((status) => status !== 500),
        [],
        'nothing is lost',
      );
      if (version !== 'fails') assert.equal(failed.length, 0);
      t.diagnostic(`${failed.length} of ${requests.statuses.length} failed; ${incident.summary}`);
      const report = path.join(running.dir, '.respite/incidents', incident.id, 'diagnostic-report.json');
      // Its worker has ended, so what it did not give before it was drained never comes. What it gave may still be on its way to the disk.
      await running.until('the evidence that was collected before the worker was drained', () =>
        existsSync(report),
      );
    });
  }

  test('without requests waits for no comparison', async (t) => {
    const running = respite(t, 'faults/worse.mjs', { config: CONFIG });
    await running.port();
    await running.ready();
    await deploy(running, 'good');
    await running.logs(/too few requests came to compare it/);
    await running.logs('rolling restart is done');
  });

  test('to the same version is not taken back, and the log says what it was judged by', async (t) => {
    const config = { admission: REFUSES_NOTHING, supervisor: { trialMs: 15_000 } };
    const running = respite(t, 'faults/worse.mjs', { config });
    const requests = load(await running.port());
    t.after(() => requests.stop());
    await running.ready();
    await deploy(running, 'good');
    await running.logs(/worker 2 is no worse than worker 1: 5xx 0\.0 % and 0\.0 %/);
    await running.logs('rolling restart is done');
    await requests.stop();
    assert.deepEqual(
      requests.statuses.filter((status) => status !== 200),
      [],
    );
    assert.deepEqual((await running.status()).incidents, []);
  });
});
