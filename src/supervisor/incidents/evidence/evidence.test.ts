import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Incident } from '../incident.ts';
import { Redaction } from '../../../core/redact.ts';
import { Captures } from '../../workers/process/captures.ts';
import { Evidence } from './evidence.ts';
import { readIncident } from './folder.ts';
import { LogTail } from '../../workers/process/log-tail.ts';
import type { Witness } from './witness.ts';

const INCIDENT: Incident = {
  id: '2026-a',
  cause: 'crash',
  summary: 'worker 1 ended with code 1',
  worker: { id: 1, slot: 1, pid: 0 },
  openedAtMs: 1000,
  endedAtMs: undefined,
  steps: [],
  facts: [],
  report: undefined,
  stack: undefined,
};

interface Setup {
  readonly evidence: Evidence;
  readonly directory: string;
  readonly worker: Witness;
  readonly said: string[];
  readonly warnings: string[];
}

/** @param folder Below the test's own. */
function setup(t: TestContext, folder: string = ''): Setup {
  const made = mkdtempSync(path.join(tmpdir(), 'respite-evidence-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  const directory = path.join(made, folder);
  const silent = (): void => {};
  const warnings: string[] = [];
  const evidence = new Evidence({
    incidents: { directory, countLimit: 50, sizeLimitBytes: 1e9 },
    log: { debug: silent, info: silent, warn: (_fields, text) => warnings.push(text), error: silent },
    nowMs: () => 2000,
    redact: new Redaction({}).redact,
    probes: async () => [{ name: 'database', status: 'DOWN', tookMs: 3, detail: 'password=hidden' }],
  });
  const said: string[] = [];
  const captures = new Captures((line) => said.push(line));
  const worker = { id: 1, pid: 0, captures, logTail: new LogTail(), sample: undefined, report: undefined };
  evidence.join(worker);
  return { evidence, directory, worker, said, warnings };
}

test('a directory that nothing can be written to is told at the start, and one that is not there yet is none', async (t) => {
  const { evidence, warnings, directory } = setup(t, 'not/there/yet');
  await evidence.takeOver();
  assert.deepEqual([warnings, existsSync(path.dirname(directory))], [[], false]);
  const blocked = setup(t, 'file/incidents');
  writeFileSync(path.dirname(blocked.directory), '');
  await blocked.evidence.takeOver();
  assert.match(
    blocked.warnings.join('\n'),
    /^incidents cannot be kept in .*file.incidents: ENOTDIR.*; choose another directory with --incidents$/,
  );
  const program = setup(t, 'program');
  writeFileSync(program.directory, '', { mode: 0o755 });
  await program.evidence.takeOver();
  assert.match(program.warnings.join('\n'), /program: .*program is not a directory; choose/);
});

test('the report says why it has no log.txt', async (t) => {
  const { evidence, directory, worker } = setup(t);
  worker.captures.close();
  evidence.leave(worker);
  evidence.note(INCIDENT);
  evidence.note({ ...INCIDENT, endedAtMs: 1500 });
  await evidence.close();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.match(
    stored?.missing.join('\n') ?? '',
    /^no log\.txt: nothing was written through process\.stdout/m,
  );
});

test('of a worker that has died there is what it said last, and what the dependencies say now', async (t) => {
  const { evidence, directory, worker } = setup(t);
  worker.logTail.add('Error: connect ECONNREFUSED 127.0.0.1:5432\n');
  worker.captures.close();
  evidence.leave(worker);
  evidence.note(INCIDENT);
  evidence.note({ ...INCIDENT, endedAtMs: 1500 });
  await evidence.close();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.equal(stored?.endedAtMs, 1500);
  const report = readFileSync(path.join(directory, INCIDENT.id, 'report.html'), 'utf8');
  assert.match(report, /<mark data-mark="connection">Error: connect ECONNREFUSED/);
  assert.match(report, /DOWN/);
  assert.doesNotMatch(report, /hidden/);
});

test('a worker whose memory gives cause for concern has its heap sampled, and no other', async (t) => {
  const { evidence, worker, said } = setup(t);
  evidence.prepare(worker, 'overload');
  assert.deepEqual(said, []);
  evidence.prepare(worker, 'memory-leak');
  evidence.prepare({ id: 2 }, 'memory-leak');
  assert.deepEqual(said, ['{"kind":"sample-heap"}\n']);
  await evidence.close();
});

test('what a worker that is gone can’t tell is said to be missing, and nobody waits for it', async (t) => {
  const { evidence, directory, worker } = setup(t);
  evidence.note({ ...INCIDENT, cause: 'stuck-requests' });
  const collected = evidence.collect(worker, { ...INCIDENT, cause: 'stuck-requests' });
  worker.captures.close();
  await collected;
  await evidence.close();
  const stored = await readIncident(directory, INCIDENT.id);
  assert.deepEqual(stored?.missing, [
    'no requests of the worker: its process has ended',
    'no report of the worker: its process has ended',
  ]);
});
