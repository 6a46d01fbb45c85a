import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALM, FRAME, ward } from './ward.test.ts';

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
      [105_000, 'the event loop of worker 3 has been blocked for 5.0 s since GET /slow'],
      [105_250, 'stack taken after 5.3 s: spin (/srv/app.mjs:7)'],
      [110_000, 'killed: its event loop has been blocked for 10.0 s'],
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
    [true, true, true, true, false],
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
  assert.equal(incident?.summary, 'the event loop of worker 3 has been blocked for 5.0 s');
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

test('what lasts and no replacement would change is reported once for each worker, and heals nothing', () => {
  const { healer, worker, told, done } = ward();
  const finding = {
    cause: 'event-loop-blocked',
    severity: 'report',
    summary: 'blocked often',
    facts: [],
  } as const;
  healer.found(worker, finding);
  healer.found(worker, finding);
  const incidents = new Map(told.map((incident) => [incident.id, incident]));
  assert.deepEqual([incidents.size, told.at(-1)?.outcome, done], [1, 'unresolved', []]);
  assert.equal(told.at(-1)?.steps.at(-1)?.what, 'reported; it goes on serving');
});

test('a heap that the next worker fills as well, and that then does not grow, is not replaced for in a loop', async () => {
  const made = ward();
  const steady = { ...CALM, liveBytes: 86, oldGenerationBytes: 90, majorCollections: 2 };
  made.healer.reported(made.worker, CALM);
  made.healer.reported(made.worker, steady);
  await made.finish();
  const fresh = { ...made.worker, id: 4 };
  for (let ms = 0; ms <= 60_000; ms += 250) {
    made.nowMs += 250;
    made.healer.reported(fresh, ms === 0 ? CALM : steady);
  }
  assert.deepEqual(made.done, ['replace 3 gc-death-spiral']);
  const incidents = [...new Map(made.told.map((incident) => [incident.id, incident])).values()];
  assert.equal(incidents.length, 2);
  assert.match(incidents[1]?.summary ?? '', /worker 3 was replaced for the same .* the server needs it$/);
});
