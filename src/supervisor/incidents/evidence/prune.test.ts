import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { thisAuthor } from './author.ts';
import { type StoredIncident, writeEvidence, writeIncident } from './folder.ts';
import { pruneIncidents } from './prune.ts';

const NONE = { countLimit: 1000, sizeLimitBytes: 1e9 };

function directory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-prune-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function incident(id: string, given: Partial<StoredIncident> = {}): StoredIncident {
  return {
    schema: 1,
    id,
    cause: 'unknown',
    summary: 'something',
    worker: { id: 1, slot: 1, pid: 2 },
    openedAtMs: 1,
    endedAtMs: 2,
    steps: [],
    facts: [],
    report: undefined,
    stack: undefined,
    evidence: [],
    missing: [],
    ...given,
  };
}

test('the oldest go when there are too many, never one that is open', async (t) => {
  const dir = directory(t);
  for (const id of ['1', '2', '3', '4', '5']) await writeIncident(dir, incident(id));
  await writeIncident(dir, incident('0', { endedAtMs: undefined }));
  const nowMs = Date.now();
  assert.deepEqual(await pruneIncidents(dir, { ...NONE, countLimit: 3 }, nowMs, new Set(['1'])), [
    '2',
    '3',
    '4',
  ]);
  assert.deepEqual(readdirSync(dir), ['0', '1', '5']);
  // Nothing was written to it for a time in which its supervisor must have ended.
  assert.deepEqual(await pruneIncidents(dir, { ...NONE, countLimit: 2 }, nowMs + 3_700_000), ['0']);
});

test('an open one goes when its supervisor has ended, and stays as long as that runs', async (t) => {
  const dir = directory(t);
  const author = thisAuthor();
  await writeIncident(dir, incident('1', { endedAtMs: undefined, author }));
  const gone = { ...author, startTicks: 0 };
  await writeIncident(dir, incident('2', { endedAtMs: undefined, author: gone }));
  await writeIncident(dir, incident('3'));
  assert.deepEqual(await pruneIncidents(dir, { ...NONE, countLimit: 1 }, Date.now() + 3_700_000), ['2', '3']);
});

test('the oldest go when all together are too large', async (t) => {
  const dir = directory(t);
  for (const id of ['1', '2', '3']) await writeEvidence(dir, id, 'heap.heapprofile', 'x'.repeat(1000));
  assert.deepEqual(await pruneIncidents(dir, { ...NONE, sizeLimitBytes: 2500 }, 0), ['1']);
  assert.deepEqual(await pruneIncidents(dir, { ...NONE, sizeLimitBytes: 2500 }, 0), []);
  assert.deepEqual(await pruneIncidents(path.join(dir, 'nowhere'), NONE, 0), []);
});
