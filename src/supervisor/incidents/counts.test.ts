import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_INCIDENTS } from './counts.ts';
import { IncidentLedger, type Opening } from './ledger.ts';

const OPENING: Opening = {
  cause: 'crash',
  summary: 'worker 7 ended',
  facts: [],
  worker: { id: 7, slot: 1, pid: 42 },
  report: undefined,
};

test('an incident is open until it is over, and counted once, under the cause that was known then', () => {
  let nowMs = 0;
  const ledger = new IncidentLedger(() => (nowMs += 1));
  assert.deepEqual(ledger.counts, { ended: NO_INCIDENTS, open: NO_INCIDENTS });
  const one = ledger.open(OPENING);
  const other = ledger.open(OPENING);
  assert.deepEqual(ledger.counts, { ended: NO_INCIDENTS, open: { ...NO_INCIDENTS, crash: 2 } });
  one.step('the kernel has killed it', { cause: 'killed-by-kernel' });
  assert.deepEqual(ledger.counts.open, { ...NO_INCIDENTS, crash: 1, 'killed-by-kernel': 1 });
  one.end('replaced');
  one.step('its report is written');
  assert.deepEqual(ledger.counts, {
    ended: { ...NO_INCIDENTS, 'killed-by-kernel': 1 },
    open: { ...NO_INCIDENTS, crash: 1 },
  });
  other.end('not replaced', 'unresolved');
  assert.deepEqual(ledger.counts.ended, { ...NO_INCIDENTS, crash: 1, 'killed-by-kernel': 1 });
  assert.deepEqual(
    ledger.recent.map(({ outcome }) => outcome),
    ['recovered', 'unresolved'],
  );
});

test('those that are no longer kept are still counted, and still open', () => {
  let nowMs = 0;
  const ledger = new IncidentLedger(() => (nowMs += 1));
  for (let id = 0; id < 50; id += 1) {
    const open = ledger.open({ ...OPENING, worker: { id, slot: 1, pid: 1 } });
    if (id > 0) open.end('replaced');
  }
  assert.deepEqual([ledger.counts.ended.crash, ledger.counts.open.crash], [49, 1]);
});
