// Incidents of many kinds, each made by a drill, and replayed from its evidence: the same cause is found again.
// `npm run test:replay`, about 15 minutes; not part of `npm test`. Needs root, since it mounts a small disk.
// RESPITE_TEST_REPLAYS=crash,kill makes some of them only.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { DrillReport } from '../../src/load/drill/index.ts';
import { RunningProcess } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { bin, fixture, type RunningRespite } from '../harness/respite.ts';
import { type Drilled, DRILLED_NEEDS, startDrilled } from './drilled.ts';

const KINDS: readonly string[] = process.env['RESPITE_TEST_REPLAYS']?.split(',') ?? [
  'blocked-loop',
  'regular-expression',
  'crash',
  'exit',
  'kill',
  'all-workers-dead',
  'heap-leak',
  'buffer-leak',
  'descriptor-leak',
  'exhausted-pool',
  'full-disk',
  'starved-cpu',
  'bad-deploy',
];

/** Minimum share of the kinds of which the same cause is found. */
const SAME_SHARE = 0.9;

const RATE = 20;

/** A drill, and as much again, on a machine that is busy. */
const DRILL_MS = 240_000;

interface Replayed {
  readonly incident: string;
  readonly cause: string;
  readonly file: string;
  readonly isSame: boolean;
  readonly text: string;
  readonly report: DrillReport;
}

async function run(running: RunningRespite, ...args: readonly string[]): Promise<RunningProcess> {
  const command = new RunningProcess([bin, ...args], running.dir, {});
  await command.ended(DRILL_MS);
  return command;
}

/** Requests per second that were due before the fault, in whole seconds. */
function rateBefore({ results: [result] }: DrillReport): number {
  const faultMs = result?.faultMs?.[0] ?? 0;
  const before = (result?.seconds ?? []).filter(({ atMs }) => atMs + 1000 <= faultMs);
  return before.reduce((sum, { offered }) => sum + offered, 0) / before.length;
}

const DRILLED: Drilled = {
  script: fixture('express.mjs'),
  admission: { routes: { 'GET /items/:id': { criticality: 'critical' } } },
};

test('the same cause is found when incidents are replayed', { skip: lacks(...DRILLED_NEEDS) }, async (t) => {
  // Incidents of some causes are opened every five minutes at most: they are replayed on another instance, as on a staging machine.
  const running = startDrilled(t, DRILLED);
  const other = startDrilled(t, DRILLED);
  await Promise.all([running.ready(), other.ready()]);
  const incidents = path.join(running.dir, '.respite/incidents');
  const rows: (readonly string[])[] = [];
  let same = 0;
  for (const kind of KINDS) {
    const made = await run(running, 'drill', kind, '--rate', String(RATE), '--path', '/items/7', '--json');
    const found = (JSON.parse(made.stdout) as DrillReport).results[0]?.causes ?? [];
    const args = ['--incidents', incidents, '--param', 'id=1..1000', '--json'];
    const replayed = await run(other, 'incidents', 'replay', 'last', ...args);
    if (replayed.stdout === '') {
      rows.push([kind, found.join(', '), 'no', replayed.stderr.trim()]);
      continue;
    }
    const { cause, isSame, text, report } = JSON.parse(replayed.stdout) as Replayed;
    if (isSame && found.some((each) => each === cause)) same += 1;
    rows.push([
      kind,
      found.join(', '),
      isSame ? 'yes' : 'no',
      `${text}; ${rateBefore(report).toFixed(1)}/s before`,
    ]);
    t.diagnostic(rows.at(-1)?.join(' | ') ?? '');
  }
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    t.diagnostic(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  t.diagnostic(`same cause: ${same} of ${KINDS.length} kinds`);
  assert.ok(same >= SAME_SHARE * KINDS.length, `${same} of ${KINDS.length}\n${running.transcript()}`);
  for (const instance of [running, other]) assert.equal((await instance.stop()).code, 0);
});
