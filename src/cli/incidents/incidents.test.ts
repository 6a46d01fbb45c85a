import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  listIncidents,
  type StoredIncident,
  writeIncident,
} from '../../supervisor/incidents/evidence/folder.ts';
import { incidents } from '../../supervisor/incidents/evidence/options.ts';
import { moment } from '../words.ts';
import { findIncident, incidentsSettings } from './directory.ts';
import { incidentsTable } from './list.ts';
import { opener, openWith } from './open.ts';
import { parseAge, prune } from './prune.ts';
import { incidentText } from './show.ts';

function directory(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'respite-incidents-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function stored(id: string, given: Partial<StoredIncident> = {}): StoredIncident {
  return {
    schema: 1,
    id,
    cause: 'event-loop-blocked',
    summary: 'worker 1 has been blocked for 5.0 s since GET /\u001B[2Jx, in spin (/srv/a.js:7)',
    worker: { id: 1, slot: 1, pid: 42 },
    openedAtMs: 10_000,
    endedAtMs: 15_200,
    outcome: 'recovered',
    steps: [
      { atMs: 10_000, what: 'has not turned' },
      { atMs: 15_200, what: 'replaced' },
    ],
    facts: ['last request: GET /'],
    report: undefined,
    stack: [{ functionName: 'spin', url: 'file:///srv/a.js', line: 7, column: 3 }],
    evidence: [{ file: 'report.html', what: 'the report', bytes: 2048 }],
    missing: ['no heap profile: the disk is full'],
    ...given,
  };
}

test('one incident to read', () => {
  const text = incidentText(stored('2026-a'), '/var/incidents');
  assert.equal(
    text,
    `event-loop-blocked: recovered, 5.2 s
worker 1 in slot 1, pid 42, at ${moment(10_000)}
2026-a

worker 1 has been blocked for 5.0 s since GET /\ufffd[2Jx, in spin (/srv/a.js:7)

Facts
  - last request: GET /

Timeline
     +0.0 s  has not turned
     +5.2 s  replaced

Stack
  at spin (file:///srv/a.js:7:3)

Kept in /var/incidents/2026-a
  FILE         SIZE  WHAT
  report.html  2 KB  the report

Not kept
  - no heap profile: the disk is full
`,
  );
});

test('what is not known is left out', () => {
  const open = {
    endedAtMs: undefined,
    outcome: undefined,
    stack: undefined,
    evidence: [],
    missing: [],
    facts: [],
  };
  const text = incidentText(stored('2026-a', open), '/x');
  assert.match(text, /^event-loop-blocked: open\n/);
  assert.doesNotMatch(text, /Stack|Kept|Facts/);
});

test('the list is cut where a terminal ends, and nowhere else', () => {
  const all = [stored('2026-b', { outcome: 'unresolved' }), stored('2026-a')];
  const lines = incidentsTable(all, undefined).split('\n');
  assert.match(lines[0] ?? '', /^OPENED +CAUSE +ENDED +ID +SUMMARY$/);
  assert.match(
    lines[1] ?? '',
    /event-loop-blocked +unresolved, 5\.2 s +2026-b +worker 1 .*\ufffd\[2Jx, in spin/,
  );
  assert.ok(
    incidentsTable(all, 60)
      .split('\n')
      .every((line) => line.length <= 60),
  );
});

test('where they are kept: the flag, or else the default; what is not there is named', async (t) => {
  const dir = directory(t);
  assert.equal((await incidentsSettings(dir, {})).directory, path.join(dir, '.respite/incidents'));
  assert.equal((await incidentsSettings('/', { incidents: dir })).directory, dir);
  await assert.rejects(incidentsSettings(dir, { incidents: 'nowhere' }), {
    code: 'RESPITE_CLI_USAGE',
    message: `cannot find the directory ${path.join(dir, 'nowhere')}`,
  });
  await assert.rejects(findIncident(dir, 'last'), { message: `there is no incident in ${dir}` });
  await writeIncident(dir, stored('2026-a'));
  await writeIncident(dir, stored('2026-b'));
  assert.equal((await findIncident(dir, 'last')).id, '2026-b');
  assert.equal((await findIncident(dir, '2026-a')).id, '2026-a');
  await assert.rejects(findIncident(dir, '../2026-a'), {
    message: `there is no incident "../2026-a" in ${dir}; respite incidents lists them`,
  });
});

test('pruned by number, by age, or by the limits; what is open stays', async (t) => {
  const dir = directory(t);
  const settings = { ...incidents.complete({}), directory: dir };
  for (const day of [1, 2, 3, 4, 5]) {
    await writeIncident(dir, stored(`2026-${day}`, { openedAtMs: day * 86_400_000 }));
  }
  await writeIncident(dir, stored('2026-0', { openedAtMs: 0, endedAtMs: undefined }));
  const ids = async (): Promise<string[]> => (await listIncidents(dir)).map(({ id }) => id);
  const nowMs = Date.now();
  assert.deepEqual(await prune(settings, {}, nowMs), []);
  assert.deepEqual(await prune(settings, { olderThan: '4d' }, 6.5 * 86_400_000), ['2026-1', '2026-2']);
  assert.deepEqual(await ids(), ['2026-5', '2026-4', '2026-3', '2026-0']);
  assert.deepEqual(await prune(settings, { keep: '2' }, nowMs), ['2026-3', '2026-4']);
  assert.deepEqual(await prune({ ...settings, sizeLimitBytes: 1 }, {}, nowMs), ['2026-5']);
  assert.deepEqual(await ids(), ['2026-0']);
  for (const flags of [{ keep: '-1' }, { keep: 'all' }, { olderThan: '7' }, { olderThan: '7 days' }]) {
    await assert.rejects(prune(settings, flags, nowMs), { code: 'RESPITE_CLI_USAGE' });
  }
});

test('ages', () => {
  assert.deepEqual(
    ['90m', '12h', '7d', '4w'].map(parseAge),
    [5_400_000, 43_200_000, 604_800_000, 2_419_200_000],
  );
});

test('a report is opened where somebody can see it', async () => {
  assert.equal(opener('darwin', {}), 'open');
  assert.equal(opener('linux', { DISPLAY: ':0' }), 'xdg-open');
  assert.equal(opener('linux', { WAYLAND_DISPLAY: 'wayland-0' }), 'xdg-open');
  assert.equal(opener('linux', { DISPLAY: '' }), undefined);
  assert.equal(await openWith('/nowhere/xdg-open', '/x'), false);
  assert.equal(await openWith('true', '/x'), true);
});
