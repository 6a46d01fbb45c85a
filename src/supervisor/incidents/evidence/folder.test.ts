import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  isIncidentId,
  listIncidents,
  pathOf,
  readIncident,
  type StoredIncident,
  writeEvidence,
  writeIncident,
} from './folder.ts';

function directory(t: TestContext): string {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-folder-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return path.join(made, 'a', 'b');
}

function incident(id: string, endedAtMs: number | undefined = 2): StoredIncident {
  return {
    schema: 1,
    id,
    cause: 'unknown',
    summary: 'something',
    worker: { id: 1, slot: 1, pid: 2 },
    openedAtMs: 1,
    endedAtMs,
    steps: [],
    facts: [],
    report: undefined,
    stack: undefined,
    evidence: [],
    missing: [],
  };
}

test('what was written is read again, and only its owner may', async (t) => {
  const dir = directory(t);
  await writeIncident(dir, incident('2026-a'));
  assert.deepEqual(await readIncident(dir, '2026-a'), JSON.parse(JSON.stringify(incident('2026-a'))));
  assert.equal(statSync(path.join(dir, '2026-a')).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(dir, '2026-a', 'incident.json')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(path.join(dir, '2026-a')), ['incident.json'], 'nothing temporary is left');
});

test('what cannot be written leaves what was there as it is', async (t) => {
  const dir = directory(t);
  await writeIncident(dir, incident('2026-a'));
  mkdirSync(path.join(dir, '2026-a', 'taken'));
  await assert.rejects(writeEvidence(dir, '2026-a', 'taken', 'x'), { code: 'EISDIR' });
  assert.deepEqual(readdirSync(path.join(dir, '2026-a')).toSorted(), ['incident.json', 'taken']);
});

test('the newest is listed first; what is damaged, foreign or only a link is left out', async (t) => {
  const dir = directory(t);
  assert.deepEqual(await listIncidents(dir), []);
  for (const id of ['2026-a', '2026-c', '2026-b']) await writeIncident(dir, incident(id));
  await writeEvidence(dir, '2026-d', 'incident.json', '{"schema":1,');
  await writeEvidence(dir, '2026-e', 'incident.json', '{"schema":2,"id":"2026-e"}');
  symlinkSync(path.join(dir, '2026-a'), path.join(dir, '2026-f'));
  writeFileSync(path.join(dir, '2026-g'), '');
  assert.deepEqual(
    (await listIncidents(dir)).map(({ id }) => id),
    ['2026-c', '2026-b', '2026-a'],
  );
});

test('no id and no name leads out of the directory', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (id, file) => {
      if (!isIncidentId(id)) {
        assert.throws(() => pathOf('/incidents', id, 'x'), RangeError);
        return;
      }
      try {
        assert.equal(path.dirname(path.dirname(pathOf('/incidents', id, file))), '/incidents');
      } catch (error) {
        assert.ok(error instanceof RangeError);
      }
    }),
  );
  for (const id of ['..', '.', '', 'a/b', 'a\0', '../x', 'x/..', '-x']) assert.ok(!isIncidentId(id), id);
});
