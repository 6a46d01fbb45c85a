import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../worker/index.ts';
import { type DetectOptions, resolveDetectOptions } from '../detect/index.ts';
import { Healer, type HealerConfig } from './healer.ts';
import type { Incident } from '../incident/incident.ts';
import { IncidentLedger } from '../incident/ledger.ts';
import type { Patient } from './patient.ts';
import { Recovery } from './recovery.ts';

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

function ward(detect: DetectOptions = {}, more: Partial<HealerConfig<Patient>> = {}): Ward {
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
      recovery: new Recovery({ ledger: incidents, stableMs: 0, loopStableMs: 0, nowMs: () => made.nowMs }),
      replace: async (worker, cause) => {
        done.push(`replace ${worker.id} ${cause}`);
        return new Promise((resolve) => (finish = resolve));
      },
      ...more,
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

/** Reports of a worker whose requests are stuck, one in each quarter of a second. */
async function stick(made: Ward, worker: Patient, forMs: number, completions = 7): Promise<void> {
  for (let ms = 0; ms <= forMs; ms += 250) {
    made.nowMs += 250;
    made.healer.reported(worker, { ...CALM, waiting: 6, oldestWaitingMs: ms, completions });
  }
  await new Promise((resolve) => setImmediate(resolve));
}

const STUCK = { stuckRequests: { afterMs: 2000 } };
const PEER = { peers: [{ peer: '127.0.0.1:5432', count: 5 }] };

test('stuck requests: whom they wait for is found out before the worker is replaced, once', async () => {
  let asked = 0;
  const made = ward(STUCK, {
    investigate: async () => {
      asked += 1;
      return PEER;
    },
  });
  await stick(made, made.worker, 4000);
  assert.deepEqual([made.done, asked], [['replace 3 stuck-requests'], 1]);
  assert.match(
    made.told.at(-1)?.summary ?? '',
    /6 requests wait; 5 connections to 127\.0\.0\.1:5432, the peer of most$/,
  );
});

test('stuck on the same again: spared, not ready while anybody waits, over when somebody is answered', async () => {
  const made = ward(STUCK, { investigate: async () => PEER });
  await stick(made, made.worker, 3000);
  await made.finish();
  const fresh = { ...made.worker, id: 4 };
  await stick(made, fresh, 3000, 2);
  const [, second] = new Map(made.told.map((incident) => [incident.id, incident])).values();
  assert.deepEqual([second?.cause, second?.endedAtMs], ['dependency-slow', undefined]);
  assert.match(second?.summary ?? '', /worker 3 was replaced for the same \d s ago, which did not help$/);
  assert.equal(made.done.at(-1), 'hold');
  made.healer.reported(fresh, { ...CALM, waiting: 0, completions: 2 });
  assert.equal(made.done.at(-1), 'release', 'nobody waits: let somebody try');
  assert.equal(made.told.at(-1)?.endedAtMs, undefined);
  made.healer.reported(fresh, { ...CALM, waiting: 5, completions: 3 });
  assert.equal(made.told.at(-1)?.steps.at(-1)?.what, 'requests are answered again');
  assert.deepEqual(
    made.done.filter((deed) => deed.startsWith('replace')),
    ['replace 3 stuck-requests'],
  );
});

test('what is known of its dependencies decides: a worker is not replaced for one that is down', async () => {
  const made = ward(STUCK, { investigate: async () => PEER });
  const trouble = { name: 'db', kind: 'down', address: '127.0.0.1:5432', detail: 'refused' } as const;
  made.healer.surroundedBy({ troubles: [trouble] });
  await stick(made, made.worker, 3000);
  assert.deepEqual([made.told[0]?.cause, made.done[0]], ['dependency-down', 'hold']);
  made.healer.gone(made.worker);
  assert.equal(made.told.at(-1)?.steps.at(-1)?.what, 'its worker has ended');
});

test('where no stack can be taken it is said where in the kernel it stands, once', async () => {
  let asked = 0;
  const made = ward(
    {},
    {
      whereInKernel: async () => {
        asked += 1;
        return 'in the kernel: read of descriptor 17 → pipe:[1]';
      },
    },
  );
  for (const gapMs of [5000, 6000, 6500, 6750, 7000]) made.healer.reported(made.worker, { ...CALM, gapMs });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(asked, 1);
  assert.match(
    made.told.at(-1)?.steps.at(-1)?.what ?? '',
    /^no stack could be taken; its main thread is in the kernel: read/,
  );
});

test('what passes by itself is told of once in five minutes, and heals nothing', () => {
  const made = ward();
  const starve = (): void => {
    made.healer.reported(made.worker, { ...CALM, starvedGapMs: 6000 });
    made.healer.reported(made.worker, CALM);
  };
  starve();
  made.nowMs += 60_000;
  starve();
  assert.deepEqual([made.told.at(-1)?.cause, made.done], ['cpu-starved', []]);
  assert.equal(new Set(made.told.map(({ id }) => id)).size, 1);
  made.nowMs += 300_000;
  starve();
  assert.equal(new Set(made.told.map(({ id }) => id)).size, 2);
});

test('a full disk is one incident of the instance, for as long as it is full', () => {
  const made = ward();
  const finding = {
    cause: 'disk-full',
    severity: 'incident',
    summary: 'the disk of / is full',
    facts: [],
  } as const;
  made.healer.foundInGeneral('disk-full', finding);
  made.healer.foundInGeneral('disk-full', finding);
  made.healer.foundInGeneral('disk-full', undefined);
  made.healer.foundInGeneral('disk-full', undefined);
  assert.deepEqual(
    made.told.map(({ worker, endedAtMs }) => [worker.id, endedAtMs]),
    [
      [0, undefined],
      [0, 1000],
    ],
  );
});

test('a warning is handed on once for each cause, so that evidence can be gathered', () => {
  const warned: string[] = [];
  const { healer, worker } = ward({}, { onWarning: ({ id }, cause) => warned.push(`${id} ${cause}`) });
  for (const liveBytes of [62, 64]) {
    healer.reported(worker, {
      ...CALM,
      liveBytes,
      oldGenerationBytes: liveBytes,
      majorCollections: liveBytes,
    });
  }
  assert.deepEqual(warned, ['3 gc-death-spiral']);
});
