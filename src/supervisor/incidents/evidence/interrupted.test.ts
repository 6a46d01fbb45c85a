import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { hasEnded, thisAuthor } from './author.ts';
import { readIncident, type StoredIncident, writeEvidence, writeIncident } from './folder.ts';
import { closeInterrupted } from './interrupted.ts';

const HOUR_MS = 3_600_000;

function directory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-interrupted-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function open(id: string, author: unknown): StoredIncident {
  return {
    schema: 1,
    author: author as StoredIncident['author'],
    id,
    cause: 'crash',
    summary: 'worker 1 ended with code 1',
    worker: { id: 1, slot: 1, pid: 2 },
    openedAtMs: 1000,
    endedAtMs: undefined,
    steps: [
      { atMs: 1000, what: 'worker 1 ended with code 1' },
      { atMs: 4000, what: 'a worker serves again' },
    ],
    facts: [],
    report: undefined,
    stack: undefined,
    evidence: [],
    missing: [],
  };
}

/** A process that has run on this host, and runs no more. */
function endedProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('what a supervisor that was killed has left open is closed, and says so', async (t) => {
  const dir = directory(t);
  await writeIncident(dir, open('2026-a', { host: hostname(), pid: endedProcess() }));
  await writeEvidence(dir, '2026-a', 'new-1-report.html', 'half a rep');
  assert.deepEqual(await closeInterrupted(dir, 9000), ['2026-a']);
  const closed = await readIncident(dir, '2026-a');
  assert.deepEqual([closed?.outcome, closed?.endedAtMs], ['interrupted', 4000]);
  assert.equal(closed?.steps.at(-1)?.atMs, 9000);
  assert.match(closed.steps.at(-1)?.what ?? '', /^its supervisor ended before this incident was over/);
  assert.deepEqual(readdirSync(path.join(dir, '2026-a')), ['incident.json']);
  assert.deepEqual(await closeInterrupted(dir, 10_000), [], 'once');
});

test('what has ended, or is the business of a supervisor that runs, stays as it is', async (t) => {
  const dir = directory(t);
  const ended = { ...open('2026-a', { host: hostname(), pid: endedProcess() }), endedAtMs: 5000 };
  const ours = open('2026-b', thisAuthor());
  await writeIncident(dir, ended);
  await writeIncident(dir, ours);
  assert.deepEqual(await closeInterrupted(dir, Date.now() + 2 * HOUR_MS), []);
  assert.equal((await readIncident(dir, '2026-a'))?.outcome, undefined);
  assert.equal((await readIncident(dir, '2026-b'))?.endedAtMs, undefined);
});

test('of a supervisor on another host, or without a name, an hour of silence tells', async (t) => {
  const dir = directory(t);
  await writeIncident(dir, open('2026-a', { host: 'another.example', pid: 1 }));
  await writeIncident(dir, open('2026-b', undefined));
  assert.deepEqual(await closeInterrupted(dir, Date.now() + HOUR_MS / 2), []);
  assert.deepEqual((await closeInterrupted(dir, Date.now() + 2 * HOUR_MS)).toSorted(), ['2026-a', '2026-b']);
});

test('where there are no incidents nothing is closed', async (t) => {
  assert.deepEqual(await closeInterrupted(path.join(directory(t), 'nowhere'), 0), []);
});

test('whether an author has ended', () => {
  const author = thisAuthor();
  assert.equal(hasEnded(author), false);
  assert.equal(hasEnded({ ...author, startTicks: undefined }), false);
  assert.equal(hasEnded({ ...author, startTicks: 0 }), true, 'another process had this id');
  assert.equal(hasEnded({ ...author, host: 'another.example' }), undefined);
  for (const nonsense of [
    undefined,
    null,
    7,
    'text',
    {},
    { host: hostname(), pid: '1' },
    { host: hostname(), pid: -1 },
  ])
    assert.equal(hasEnded(nonsense), undefined);
});
