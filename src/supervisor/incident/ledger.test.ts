import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from './incident.ts';
import { IncidentLedger, type Opening } from './ledger.ts';

const OPENING: Opening = {
  cause: 'crash',
  summary: 'worker 7 ended with exit code 134',
  facts: ['exit code 134'],
  worker: { id: 7, slot: 1, pid: 42 },
  report: undefined,
};

test('whoever subscribed hears of the opening, of each step and of the end, with all that is known by then', () => {
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
