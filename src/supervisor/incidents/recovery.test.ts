import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from './incident.ts';
import type { IncidentCause } from '../causes.ts';
import { IncidentLedger, type OpenIncident } from './ledger.ts';
import { Recovery } from './recovery.ts';

interface Made {
  readonly recovery: Recovery;
  readonly incidents: () => readonly Incident[];
  readonly pass: (ms: number) => void;
  readonly fault: (cause?: IncidentCause, slot?: number) => OpenIncident;
}

function make(): Made {
  let atMs = 1000;
  const nowMs = (): number => atMs;
  const ledger = new IncidentLedger(nowMs);
  const recovery = new Recovery({ ledger, nowMs });
  let id = 0;
  return {
    recovery,
    incidents: () => ledger.recent,
    pass: (ms) => (atMs += ms),
    fault: (cause = 'crash', slot = 1) =>
      recovery.open({
        cause,
        summary: `${cause} of worker ${(id += 1)}`,
        facts: [],
        worker: { id, slot, pid: 100 + id },
        report: undefined,
      }),
  };
}

const told = ({ steps }: Incident): string[] => steps.map(({ what }) => what);

test('over when the new worker has stayed up, since the time it came up', () => {
  const { recovery, incidents, pass, fault } = make();
  fault();
  pass(400);
  recovery.back(1);
  pass(10_000);
  assert.equal(incidents()[0]?.endedAtMs, undefined);
  recovery.resolved(1);
  assert.equal(incidents()[0]?.endedAtMs, 1400);
  assert.equal(incidents()[0]?.outcome, 'recovered');
  assert.deepEqual(told(incidents()[0] as Incident), ['crash of worker 1', 'replaced']);
});

test('a replacement that fails is a step of the incident, which goes on', () => {
  const { recovery, incidents, fault } = make();
  assert.equal(recovery.step(1, 'its replacement failed'), undefined);
  fault('event-loop-blocked');
  assert.equal(recovery.step(2, 'its replacement failed'), undefined);
  assert.equal(recovery.step(1, 'its replacement failed')?.incident.id, incidents()[0]?.id);
  recovery.back(1);
  recovery.resolved(1);
  const [incident, ...others] = incidents();
  assert.deepEqual([incident?.outcome, incident?.cause, others], ['recovered', 'event-loop-blocked', []]);
  assert.deepEqual(told(incident as Incident), [
    'event-loop-blocked of worker 1',
    'its replacement failed',
    'replaced',
  ]);
});

test('the same fault again before that is the same incident', () => {
  const { recovery, incidents, pass, fault } = make();
  fault();
  recovery.back(1);
  pass(9000);
  fault('start-failed');
  pass(5000);
  recovery.back(1);
  recovery.resolved(1);
  assert.deepEqual(
    incidents().map(({ endedAtMs }) => endedAtMs),
    [15_000],
  );
  assert.deepEqual(told(incidents()[0] as Incident), [
    'crash of worker 1',
    'replaced',
    'start-failed of worker 2',
    'replaced',
  ]);
});

test('once it is over the next one is another incident', () => {
  const { recovery, incidents, fault } = make();
  fault();
  recovery.back(1);
  recovery.resolved(1);
  fault();
  assert.equal(incidents().length, 2);
});

test('another fault ends the one before at the time that service was back', () => {
  const { recovery, incidents, pass, fault } = make();
  fault();
  pass(300);
  recovery.back(1);
  pass(4000);
  fault('event-loop-blocked');
  assert.deepEqual(
    incidents().map(({ cause, endedAtMs }) => [cause, endedAtMs]),
    [
      ['crash', 1300],
      ['event-loop-blocked', undefined],
    ],
  );
});

test('faults of two slots are two incidents', () => {
  const { recovery, incidents, fault } = make();
  fault('crash', 1);
  fault('crash', 2);
  recovery.back(2);
  recovery.resolved(2);
  assert.deepEqual(
    incidents().map(({ worker, endedAtMs }) => [worker.slot, endedAtMs]),
    [
      [1, undefined],
      [2, 1000],
    ],
  );
});

test('a loop is told once, with ever fewer steps', () => {
  const { recovery, incidents, fault } = make();
  let open = fault();
  for (let i = 2; i <= 40; i += 1) {
    open = fault();
    if (i > 16 && i < 32) {
      recovery.note('a fallback responder answers');
      recovery.back(1);
    }
  }
  assert.deepEqual([recovery.isLoop(open), recovery.isLoop(open)], [true, false]);
  recovery.back(1);
  recovery.resolved(1);
  assert.equal(incidents()[0]?.endedAtMs, 1000);
  assert.equal(
    told(incidents()[0] as Incident).length,
    8 + 2 + 1,
    'the first eight, the 16th, the 32nd, the end',
  );
});

test('given up, it is over at once, and the next fault is another incident', () => {
  const { recovery, incidents, fault } = make();
  recovery.giveUp(fault(), 'not replaced: no memory');
  assert.equal(incidents()[0]?.endedAtMs, 1000);
  fault();
  assert.equal(incidents().length, 2);
});

test('stopping ends all of them', () => {
  const { recovery, incidents, pass, fault } = make();
  fault('crash', 1);
  recovery.back(1);
  fault('crash', 2);
  pass(500);
  recovery.note('a fallback responder answers');
  recovery.stop();
  assert.deepEqual(
    incidents().map(({ endedAtMs }) => endedAtMs),
    [1000, 1500],
  );
  assert.deepEqual(told(incidents()[0] as Incident).slice(1), ['replaced']);
  assert.deepEqual(told(incidents()[1] as Incident).slice(1), [
    'a fallback responder answers',
    'everything was stopped before service was back',
  ]);
});
