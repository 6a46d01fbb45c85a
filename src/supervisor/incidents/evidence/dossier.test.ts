import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Incident } from '../incident.ts';
import { Dossier } from './dossier.ts';
import { readIncident, type StoredIncident } from './folder.ts';
import { Redaction } from '../../../core/redact.ts';

const INCIDENT: Incident = {
  id: '2026-a',
  cause: 'crash',
  summary: 'it ended at GET /a',
  worker: { id: 1, slot: 1, pid: 2 },
  openedAtMs: 1,
  endedAtMs: undefined,
  steps: [],
  facts: [],
  report: undefined,
  stack: undefined,
};

interface Setup {
  readonly directory: string;
  readonly dossier: Dossier;
  readonly complaints: string[];
  readonly rendered: StoredIncident[];
}

function setup(t: TestContext, render?: () => Promise<string>): Setup {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-dossier-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const complaints: string[] = [];
  const rendered: StoredIncident[] = [];
  const silent = (): void => {};
  const dossier = new Dossier(INCIDENT, {
    directory: path.join(directory, 'incidents'),
    log: { debug: silent, info: silent, warn: silent, error: (_, message) => complaints.push(message) },
    redact: new Redaction({}).redact,
    render: async (incident) => {
      rendered.push(incident);
      return render === undefined ? `<p>${incident.summary}</p>` : render();
    },
  });
  return { directory: path.join(directory, 'incidents'), dossier, complaints, rendered };
}

test('what was learned is written, and what changes meanwhile once more', async (t) => {
  const { directory, dossier, rendered } = setup(t);
  dossier.save();
  await dossier.keep('context.json', 'context: JSON', '{}');
  for (let i = 1; i <= 20; i += 1) dossier.update({ ...INCIDENT, endedAtMs: i });
  await dossier.saved();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.equal(stored?.endedAtMs, 20);
  assert.deepEqual(stored?.evidence.map(({ file }) => file).toSorted(), ['context.json', 'report.html']);
  assert.ok(rendered.length < 5, `written ${rendered.length} times`);
});

test('what is missing is told without secrets', async (t) => {
  const { directory, dossier } = setup(t, async () => Promise.reject(new Error('no postgres://a:hidden@db')));
  dossier.save();
  await dossier.saved();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.deepEqual(stored?.missing, ['report.html could not be made: no postgres://***@db']);
});

test('a directory that can’t be written to is complained of once, and nothing fails', async (t) => {
  const { directory, dossier, complaints } = setup(t);
  writeFileSync(directory, 'not a directory');
  dossier.save();
  await dossier.keep('context.json', 'context: JSON', '{}');
  await dossier.saved();
  assert.equal(complaints.length, 1);
  assert.match(complaints[0] ?? '', /can't be kept in .*ENOTDIR.*; healing goes on$/);
  assert.deepEqual(dossier.stored.missing.map((sentence) => sentence.replace(/ .*/, '')).toSorted(), [
    'context.json',
    'incident.json',
    'report.html',
  ]);
});

test('a report that can’t be made is missing, and the rest is there', async (t) => {
  const { directory, dossier } = setup(t, async () => Promise.reject(new Error('a bug')));
  dossier.save();
  await dossier.saved();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.deepEqual(stored?.missing, ['report.html could not be made: a bug']);
});
