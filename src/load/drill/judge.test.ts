import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../../supervisor/index.ts';
import type { Hypothesis } from './contract.ts';
import { goodputOf } from './goodput.ts';
import { judge, type Seen } from './judge.ts';

const HYPOTHESIS: Hypothesis = {
  text: 'It heals.',
  causes: ['event-loop-blocked'],
  detectedWithinMs: 10_000,
  goodput: 0.6,
  recoveredWithinMs: 20_000,
  replaces: true,
};

function incident(cause: Incident['cause'], openedAtMs: number, endedAtMs: number | undefined): Incident {
  return {
    id: `${openedAtMs}-${cause}`,
    cause,
    summary: 'something was wrong',
    worker: { id: 1, slot: 1, pid: 100 },
    openedAtMs,
    endedAtMs,
    steps: [],
    facts: [],
    report: undefined,
    stack: undefined,
  };
}

const HELD: Seen = {
  faultAtMs: 1000,
  revertedAtMs: 20_000,
  calmAtMs: 20_500,
  waitedMs: 0,
  stopped: undefined,
  incidents: [incident('event-loop-blocked', 6000, 12_000)],
  replaced: 1,
  goodput: 0.9,
  leftBehind: [],
  alerts: [],
  taskProblem: undefined,
};

const failed = (hypothesis: Hypothesis, seen: Seen): string[] =>
  judge(hypothesis, seen)
    .checks.filter(({ held }) => !held)
    .map(({ name }) => name);

test('what goes as expected is held, with the figures that were measured', () => {
  const { checks, detectedAfterMs, recoveredAfterMs } = judge(HYPOTHESIS, HELD);
  assert.ok(
    checks.every(({ held }) => held),
    JSON.stringify(checks),
  );
  assert.deepEqual([detectedAfterMs, recoveredAfterMs], [5000, 11_000]);
  assert.equal(checks.at(-1)?.text, 'woken: no one');
});

const page = { alert: 'RespiteNoWorkerReady', severity: 'page', labels: {}, firedAtMs: 0 };

for (const [what, seen, names] of [
  ['not detected', { incidents: [] }, ['detected', 'cause']],
  ['detected too late', { incidents: [incident('event-loop-blocked', 11_001, 12_000)] }, ['detected']],
  ['another cause', { incidents: [incident('crash', 2000, 3000)] }, ['detected', 'cause']],
  [
    'another cause as well',
    { incidents: [...HELD.incidents, incident('memory-leak', 7000, 8000)] },
    ['cause'],
  ],
  ['too little goodput', { goodput: 0.59 }, ['goodput']],
  ['no requests', { goodput: undefined }, ['goodput']],
  ['stopped by itself', { stopped: 'goodput-floor' }, ['goodput']],
  ['not calm again', { calmAtMs: undefined }, ['recovery']],
  ['recovered too late', { incidents: [incident('event-loop-blocked', 6000, 21_001)] }, ['recovery']],
  ['interrupted', { stopped: 'interrupted' }, ['recovery']],
  ['a process is left', { leftBehind: ['1 more processes'] }, ['left-behind']],
  ['someone is woken', { alerts: [page] }, ['woken']],
  ['a ticket', { alerts: [{ ...page, severity: 'ticket' }] }, []],
  ['the deploy failed', { taskProblem: 'it failed' }, ['task']],
] satisfies [string, Partial<Seen>, string[]][]) {
  test(`${what}: ${names.join(' and ') || 'nothing'} failed`, () => {
    assert.deepEqual(failed(HYPOTHESIS, { ...HELD, ...seen }), names);
  });
}

test('time in which the worker had no processor does not count against a detector', () => {
  const late = { ...HELD, incidents: [incident('event-loop-blocked', 16_000, 25_000)] };
  assert.deepEqual(failed(HYPOTHESIS, late), ['detected', 'recovery']);
  assert.deepEqual(failed(HYPOTHESIS, { ...late, waitedMs: 8000 }), []);
  assert.match(
    judge(HYPOTHESIS, { ...late, waitedMs: 8000 }).checks[0]?.text ?? '',
    /for 8\.0 s of which the worker waited/,
  );
});

test('where nothing may be found, an incident and a replaced worker are faults', () => {
  const nothing: Hypothesis = { ...HYPOTHESIS, causes: [], detectedWithinMs: undefined, replaces: false };
  assert.deepEqual(failed(nothing, { ...HELD, incidents: [], replaced: 0 }), []);
  assert.deepEqual(failed(nothing, HELD), ['cause', 'replaced']);
});

test('an incident that may open and need not is no fault either way', () => {
  const maybe: Hypothesis = { ...HYPOTHESIS, detectedWithinMs: undefined };
  assert.deepEqual(failed(maybe, { ...HELD, incidents: [] }), []);
  assert.deepEqual(failed(maybe, HELD), []);
});

test('goodput is that of the seconds of a time', () => {
  const seconds = [0, 1000, 2000, 3000].map((startMs, i) => ({ startMs, offered: 10, good: 10 - 2 * i }));
  assert.equal(goodputOf(seconds, 1000, 3000), 0.7);
  assert.equal(goodputOf(seconds, 1500, 1600), 0.8);
  assert.equal(goodputOf(seconds, 9000, 9999), undefined);
});
