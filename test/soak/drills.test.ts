// Every drill, against an Express server and against the webmail of the demonstration: each cause is named right, and nobody is woken.
// `npm run test:drill`; not part of `npm test`. Needs root, since it mounts a small disk.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { DrillReport } from '../../src/load/drill/index.ts';
import { repository } from '../harness/nodes.ts';
import { RunningProcess, temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { bin, fixture, respite } from '../harness/respite.ts';
import { type Drilled, DRILLED_NEEDS, startDrilled } from './drilled.ts';

/** Every drill: what they take on a machine that has nothing else to do, and as much again. */
const ALL_MS = 24 * 60_000;

/** Requests a second. */
const RATE = 20;

/** Drills, the calm control included; those of dependencies need one. */
const COUNT = 19;
const OF_DEPENDENCIES = 2;

interface DrilledAt extends Drilled {
  readonly path?: string;
}

/** Carries out all drills. */
async function drillAll(t: TestContext, drilled: DrilledAt): Promise<DrillReport> {
  const running = startDrilled(t, drilled);
  await running.ready();
  const options = ['--rate', String(RATE), '--path', drilled.path ?? '/', '--json', '--html', 'drills.html'];
  const drills = new RunningProcess([bin, 'drill', ...options], running.dir, {});
  const { code } = await drills.ended(ALL_MS);
  for (const line of drills.stderr.trim().split('\n')) t.diagnostic(line);
  const report = JSON.parse(drills.stdout) as DrillReport;
  t.diagnostic(`${Math.round(report.durationMs / 1000)} s`);
  const failed = report.results.filter(({ outcome }) => outcome === 'failed');
  assert.deepEqual(
    failed.map(({ name, reason, checks }) => [name, reason, checks.filter(({ held }) => !held)]),
    [],
    running.transcript(),
  );
  assert.equal(code, 0);
  assert.equal((await running.stop()).code, 0);
  return report;
}

const skipped = ({ results }: DrillReport): number =>
  results.filter(({ outcome }) => outcome === 'skipped').length;

const needs = lacks(...DRILLED_NEEDS);

test('an Express server', { skip: needs }, async (t) => {
  const report = await drillAll(t, { script: fixture('express.mjs') });
  assert.equal(report.results.length, COUNT);
  assert.equal(skipped(report), OF_DEPENDENCIES);
});

test('the webmail of the mailbox service', { skip: needs }, async (t) => {
  const example = (file: string): string => path.join(repository, 'examples/mailbox', file);
  const api = respite(t, example('api/main.ts'), { env: { PORT: '0', DATA_DIR: temporaryDirectory() } });
  await api.ready();
  const port = await api.until('where the mailbox listens', () => {
    const [, found] = /listening on \S+:(\d+)/.exec(api.stdout) ?? [];
    return found;
  });
  const report = await drillAll(t, {
    script: example('webmail/main.ts'),
    env: { MAILBOX_URL: `http://127.0.0.1:${port}` },
    dependencies: { mailbox: `127.0.0.1:${port}` },
    path: '/ann',
  });
  assert.equal(report.results.length, COUNT);
  assert.equal(skipped(report), 0);
});
