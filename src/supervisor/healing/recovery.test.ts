import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Incident, IncidentCause } from '../incident/incident.ts';
import { IncidentLedger, type OpenIncident } from '../incident/ledger.ts';
import { Recovery } from './recovery.ts';

interface Made {
  readonly recovery: Recovery;
  readonly incidents: () => readonly Incident[];
  readonly pass: (ms: number) => void;
  readonly fault: (cause?: IncidentCause, slot?: number) => OpenIncident;
}

function make(t: TestContext): Made {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
  const nowMs = (): number => Date.now();
  const ledger = new IncidentLedger(nowMs);
  const recovery = new Recovery({ ledger, stableMs: 10_000, loopStableMs: 60_000, nowMs });
  let id = 0;
  return {
    recovery,
    incidents: () => ledger.recent,
    pass: (ms) => t.mock.timers.tick(ms),
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

test('over when the new worker has stayed up for 10 s, since the time it came up', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  recovery.untilReady(fault());
  pass(400);
  recovery.ready(1);
  pass(9999);
  assert.equal(incidents()[0]?.endedAtMs, undefined);
  pass(1);
  assert.equal(incidents()[0]?.endedAtMs, 1400);
  assert.deepEqual(told(incidents()[0] as Incident), ['crash of worker 1', 'replaced']);
});

test('the same fault again before that is the same incident', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  recovery.untilReady(fault());
  recovery.ready(1);
  pass(9000);
  recovery.untilReady(fault('start-failed'));
  pass(5000);
  assert.deepEqual(
    incidents().map(({ endedAtMs }) => endedAtMs),
    [undefined],
  );
  recovery.ready(1);
  pass(10_000);
  assert.deepEqual(told(incidents()[0] as Incident), [
    'crash of worker 1',
    'replaced',
    'start-failed of worker 2',
    'replaced',
  ]);
  assert.equal(incidents()[0]?.endedAtMs, 15_000);
});

test('once it is over the next one is another incident', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  recovery.untilReady(fault());
  recovery.ready(1);
  pass(10_000);
  fault();
  assert.equal(incidents().length, 2);
});

test('another fault ends the one before at the time that service was back', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  const crash = fault();
  pass(300);
  recovery.replaced(crash);
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

test('faults of two slots are two incidents', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  recovery.untilReady(fault('crash', 1));
  recovery.untilReady(fault('crash', 2));
  recovery.ready(2);
  pass(10_000);
  assert.deepEqual(
    incidents().map(({ worker, endedAtMs }) => [worker.slot, endedAtMs]),
    [
      [1, undefined],
      [2, 1000],
    ],
  );
});

test('a worker that gets ready is no end of what somebody else has to end', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  const open = fault('event-loop-blocked');
  recovery.ready(1);
  pass(60_000);
  assert.equal(incidents()[0]?.endedAtMs, undefined);
  assert.equal(recovery.replaced(open), 60_000);
});

test('a loop is told once, with ever fewer steps, and is over after a minute of health', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  let open = fault();
  for (let i = 2; i <= 40; i += 1) {
    open = fault();
    if (i > 16 && i < 32) {
      recovery.note('a stand-in answers');
      recovery.replaced(open);
    }
  }
  assert.deepEqual([recovery.isLoop(open), recovery.isLoop(open)], [true, false]);
  recovery.replaced(open);
  pass(59_999);
  assert.equal(incidents()[0]?.endedAtMs, undefined);
  pass(1);
  assert.equal(incidents()[0]?.endedAtMs, 1000);
  assert.equal(
    told(incidents()[0] as Incident).length,
    8 + 2 + 1,
    'the first eight, the 16th, the 32nd, the end',
  );
});

test('given up, it is over at once, and the next fault is another incident', (t) => {
  const { recovery, incidents, fault } = make(t);
  recovery.giveUp(fault(), 'not replaced: no memory');
  assert.equal(incidents()[0]?.endedAtMs, 1000);
  fault();
  assert.equal(incidents().length, 2);
});

test('stopping ends all of them, and leaves no timer', (t) => {
  const { recovery, incidents, pass, fault } = make(t);
  recovery.replaced(fault('crash', 1));
  fault('crash', 2);
  pass(500);
  recovery.note('a stand-in answers');
  recovery.stop();
  assert.deepEqual(
    incidents().map(({ endedAtMs }) => endedAtMs),
    [1000, 1500],
  );
  assert.deepEqual(told(incidents()[0] as Incident).slice(1), ['replaced']);
  assert.deepEqual(told(incidents()[1] as Incident).slice(1), [
    'a stand-in answers',
    'everything was stopped before service was back',
  ]);
});
