import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../worker/index.ts';
import { type DetectOptions, resolveDetectOptions } from './detect/index.ts';
import { Healer, type Patient } from './healer.ts';
import type { Incident } from './incident/incident.ts';
import { IncidentLedger } from './incident/ledger.ts';

const CALM: WatchdogReport = {
  kind: 'report',
  sequence: 1,
  gapMs: 0,
  lagMs: 0,
  starvedMs: 0,
  starvedGapMs: 0,
  debugger: false,
  oldGenerationLimitBytes: 100,
  oldGenerationBytes: 10,
  liveBytes: 0,
  majorCollections: 0,
  externalBytes: 0,
  rssBytes: 100,
  utilization: 0,
  inFlight: 0,
  completions: 0,
  abandoned: 0,
  waiting: 0,
  oldestWaitingMs: 0,
  longestWaitMs: 0,
  lastRequest: 'GET /slow',
};

const FRAME = { functionName: 'spin', url: 'file:///srv/app.mjs', line: 7, column: 1 };

interface Ward {
  readonly healer: Healer<Patient>;
  readonly worker: Patient;
  /** What was done, in order. */
  readonly done: string[];
  readonly told: Incident[];
  readonly warned: string[];
  nowMs: number;
  /** The old worker has ended. */
  finish(problem?: string): Promise<void>;
}

function ward(detect: DetectOptions = {}): Ward {
  const done: string[] = [];
  const told: Incident[] = [];
  const warned: string[] = [];
  let finish: (problem: string | undefined) => void = () => {};
  const log = (_fields: object, message: string): void => void message;
  const incidents = new IncidentLedger(() => made.nowMs);
  incidents.subscribe((incident) => told.push(incident));
  const made: Ward = {
    done,
    told,
    warned,
    nowMs: 1000,
    worker: {
      id: 3,
      slot: 1,
      pid: 42,
      state: 'ready',
      hold: (isHeld) => done.push(isHeld ? 'hold' : 'release'),
      kill: () => done.push('kill'),
    },
    healer: new Healer<Patient>({
      detect: resolveDetectOptions(detect),
      log: { debug: log, info: log, warn: (_fields, message) => warned.push(message), error: log },
      nowMs: () => made.nowMs,
      drainTimeoutMs: 10_000,
      incidents,
      replace: async (worker, cause) => {
        done.push(`replace ${worker.id} ${cause}`);
        return new Promise((resolve) => (finish = resolve));
      },
    }),
    finish: async (problem) => {
      finish(problem);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return made;
}

test('a blocked worker is replaced once, killed once, and the incident says what happened when', async () => {
  const made = ward();
  const { healer, worker, done, told } = made;
  for (let gapMs = 0; gapMs <= 12_000; gapMs += 250) {
    made.nowMs = 100_000 + gapMs;
    healer.reported(worker, { ...CALM, gapMs });
    if (gapMs === 5250) healer.stackTaken(worker, { kind: 'stack', gapMs, frames: [FRAME] });
  }
  assert.deepEqual(done, ['replace 3 event-loop-blocked', 'kill']);
  assert.equal(healer.causeOf(worker), 'event-loop-blocked');
  made.nowMs = 113_000;
  await made.finish();
  assert.equal(healer.causeOf(worker), undefined);
  const incident = told.at(-1);
  assert.deepEqual(
    incident?.steps.map(({ atMs, what }) => [atMs, what]),
    [
      [105_000, 'the event loop of worker 3 has not turned for 5.0 s since GET /slow'],
      [105_250, 'stack taken after 5.3 s: spin (/srv/app.mjs:7)'],
      [110_000, 'killed: its event loop has not turned for 10.0 s'],
      [113_000, 'replaced'],
    ],
  );
  assert.deepEqual(
    [incident?.cause, incident?.openedAtMs, incident?.endedAtMs, incident?.worker.pid, incident?.stack],
    ['event-loop-blocked', 105_000, 113_000, 42, [FRAME]],
  );
  assert.match(incident?.summary ?? '', /since GET \/slow, in spin \(\/srv\/app\.mjs:7\)$/);
  assert.equal(incident?.id, '1970-01-01T00-01-45-000Z-event-loop-blocked-3');
  assert.deepEqual(
    told.map(({ endedAtMs }) => endedAtMs === undefined),
    [true, true, true, false],
  );
});

test('what is slow, or turns again in time, is no incident', () => {
  const { healer, worker, done, told } = ward();
  for (const gapMs of [0, 2000, 4999, 0, 4999, 0]) healer.reported(worker, { ...CALM, gapMs });
  assert.deepEqual([done, told], [[], []]);
});

test('one that turns again is still replaced, but not killed', () => {
  const { healer, worker, done } = ward();
  for (const gapMs of [5000, 9999, 0, 0, 9999]) healer.reported(worker, { ...CALM, gapMs });
  assert.deepEqual(done, ['replace 3 event-loop-blocked']);
});

test('when no other could take its place the incident says why, and the next report may open another', async () => {
  const made = ward();
  const { healer, worker, done, told } = made;
  healer.reported(worker, { ...CALM, gapMs: 5000 });
  await made.finish('the new worker ended with exit code 1 before it listened');
  assert.equal(
    told.at(-1)?.steps.at(-1)?.what,
    'not replaced: the new worker ended with exit code 1 before it listened',
  );
  made.nowMs += 60_000;
  healer.reported(worker, { ...CALM, gapMs: 5000 });
  assert.equal(done.length, 2);
  assert.equal(new Set(told.map(({ id }) => id)).size, 2);
});

test('a stack without a function of the user’s, and one that nobody asked for', () => {
  const { healer, worker, told } = ward();
  const frames = [{ ...FRAME, url: 'node:internal/timers' }];
  healer.stackTaken(worker, { kind: 'stack', gapMs: 5000, frames });
  assert.equal(told.length, 0);
  healer.reported(worker, { ...CALM, gapMs: 5000, lastRequest: '' });
  healer.stackTaken(worker, { kind: 'stack', gapMs: 5000, frames });
  const incident = told.at(-1);
  assert.equal(incident?.summary, 'the event loop of worker 3 has not turned for 5.0 s');
  assert.deepEqual(incident?.stack, frames);
});

test('a heap that is nearly full is warned of once, then replaced, never killed for it', () => {
  const { healer, worker, done, told, warned } = ward();
  for (const liveBytes of [50, 62, 64, 66, 71, 90]) {
    healer.reported(worker, {
      ...CALM,
      liveBytes,
      oldGenerationBytes: liveBytes,
      majorCollections: liveBytes,
    });
  }
  assert.deepEqual(done, ['replace 3 gc-death-spiral']);
  assert.match(warned.join('\n'), /^62 % of the heap of worker 3 is alive \(.*\)$/);
  assert.match(told.at(-1)?.summary ?? '', /^71 % of the heap of worker 3 is alive/);
});

test('the heap of a worker that is draining anyway is nobody’s concern', () => {
  const { healer, worker, done } = ward();
  const full = { ...CALM, liveBytes: 90, oldGenerationBytes: 90 };
  healer.reported({ ...worker, state: 'draining' }, full);
  assert.deepEqual(done, []);
});

test('switched off, nothing is an incident', () => {
  const { healer, worker, done } = ward({ blockedLoop: false, gcDeathSpiral: false });
  healer.reported(worker, { ...CALM, gapMs: 1e6, liveBytes: 100, oldGenerationBytes: 100 });
  assert.deepEqual(done, []);
});
