import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../worker/index.ts';
import { Redaction } from '../../core/redact.ts';
import type { Incident } from './incident.ts';
import { IncidentLedger, type Opening } from './ledger.ts';

const OPENING: Opening = {
  cause: 'crash',
  summary: 'worker 7 ended with exit code 134',
  facts: ['exit code 134'],
  worker: { id: 7, slot: 1, pid: 42 },
  report: undefined,
};

test('a subscriber hears of the opening, of each step and of the end, with all that is known by then', () => {
  let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const ledger = new IncidentLedger(() => nowMs);
  const told: Incident[] = [];
  ledger.subscribe((incident) => told.push(incident));
  const open = ledger.open(OPENING);
  nowMs += 100;
  open.step('stack taken', { summary: 'in spin', stack: [] });
  nowMs += 900;
  assert.equal(open.end('replaced'), 1000);

  assert.deepEqual(
    told.map(({ summary, steps, endedAtMs }) => [summary, steps.length, endedAtMs]),
    [
      [OPENING.summary, 1, undefined],
      ['in spin', 2, undefined],
      ['in spin', 3, nowMs],
    ],
  );
  assert.equal(told[0]?.id, '2026-01-02T03-04-05-678Z-crash-7');
  assert.deepEqual(
    told[2]?.steps.map(({ what, atMs }) => [what, nowMs - atMs]),
    [
      [OPENING.summary, 1000],
      ['stack taken', 900],
      ['replaced', 0],
    ],
  );
});

test('the last twenty are kept, each once', () => {
  let nowMs = 0;
  const ledger = new IncidentLedger(() => (nowMs += 1));
  for (let id = 1; id <= 30; id += 1) {
    ledger.open({ ...OPENING, worker: { id, slot: 1, pid: id } }).end('over');
  }
  assert.deepEqual(
    ledger.recent.map(({ worker }) => worker.id),
    Array.from({ length: 20 }, (_, i) => i + 11),
  );
});

test('whatever is known of an incident, its secrets are not', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  const path = `GET /reset/${jwt};jsessionid=0123456789`;
  const dsn = 'Invalid URL: postgres://app:hunter22@db/app';
  const ledger = new IncidentLedger(() => 0, new Redaction({ API_KEY: 'plain-value' }).redact);
  const told: Incident[] = [];
  ledger.subscribe((incident) => told.push(incident));
  const report = { kind: 'report', lastRequest: path } as WatchdogReport;
  const open = ledger.open({
    ...OPENING,
    summary: `blocked since ${path}`,
    facts: [dsn, `the last request is ${path}`],
    report,
  });
  open.step(`stack taken in ${path}`, {
    summary: `blocked since ${path}, in spin`,
    facts: [dsn],
    stack: [{ functionName: 'spin', url: `file:///srv/a.js?key=plain-value`, line: 1, column: 2 }],
  });
  open.end(`not replaced: ${dsn}`, 'unresolved');
  assert.doesNotMatch(
    JSON.stringify([told, ledger.recent, open.incident]),
    /eyJ|0123456789|hunter22|plain-value/,
  );
  const [last] = ledger.recent;
  assert.equal(last?.summary, 'blocked since GET /reset/***;jsessionid=***, in spin');
  assert.deepEqual(last?.facts, ['Invalid URL: postgres://***@db/app']);
  assert.deepEqual([last?.cause, last?.stack?.[0]?.functionName], ['crash', 'spin']);
});
