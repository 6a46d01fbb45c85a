import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RespiteError } from '../../../core/errors.ts';
import { CAUSES, type LoadBefore, type StoredIncident } from '../../../supervisor/index.ts';
import type { Site } from '../contract.ts';
import { DRILLS } from '../drills/index.ts';
import { drillFileOf, replayOf } from './from-incident.ts';
import { parseDrillFile } from './parse.ts';
import { drillOf, shapeOf } from './played.ts';

const incident = (cause: StoredIncident['cause'], facts: readonly string[] = []) => ({
  id: `2026-${cause}-1`,
  cause,
  facts,
  openedAtMs: 100_000,
  report: undefined,
});

/** Twenty seconds, of which the last are empty. */
const LOAD: LoadBefore = {
  version: 1,
  endedAtMs: 100_000,
  stepMs: 1000,
  routes: ['GET /a', 'POST /b/:id', 'GET *'],
  steps: [
    ...Array.from({ length: 3 }, () => []),
    ...Array.from({ length: 10 }, (_, i) => [10 + i, 2]),
    ...Array.from({ length: 7 }, () => []),
  ],
};

test('each cause has a drill that leads to it, or a reason why there is none', () => {
  for (const cause of CAUSES) {
    const found = replayOf(incident(cause), []);
    if ('reason' in found) assert.match(found.reason, /\w{3,}/);
    else
      assert.ok(
        DRILLS.some(({ name }) => name === found.drill),
        found.drill,
      );
  }
});

test('what is known of an incident decides on its drill', () => {
  assert.deepEqual(replayOf(incident('crash', ['process.exit() was called by the script']), []), {
    drill: 'exit',
  });
  const killed = incident('unknown', ['signal SIGKILL was not sent by Respite']);
  assert.deepEqual(replayOf(killed, [killed]), { drill: 'kill' });
  const other = { ...killed, id: 'other', openedAtMs: 100_900 };
  assert.deepEqual(replayOf(killed, [killed, other]), { drill: 'all-workers-dead' });
  assert.deepEqual(replayOf(killed, [killed, { ...other, openedAtMs: 150_000 }]), { drill: 'kill' });
});

test('the load is that before the fault, without the beginning of an instance', () => {
  const { load, causes, drill } = drillFileOf(incident('event-loop-blocked'), 'blocked-loop', LOAD);
  assert.deepEqual([drill, causes], ['blocked-loop', ['event-loop-blocked']]);
  assert.deepEqual(load, {
    stepMs: 1000,
    routes: ['GET /a', 'POST /b/:id'],
    steps: Array.from({ length: 8 }, (_, i) => [11 + i, 2]),
  });
  assert.equal(drillFileOf(incident('crash'), 'crash', undefined).load, undefined);
});

test('a drill file has exactly its requests in each step, and its last seconds before the fault', () => {
  const { load } = drillFileOf(incident('crash'), 'crash', LOAD);
  assert.ok(load !== undefined);
  const { atMs, kinds, durationMs, routes } = shapeOf(load, '2026-01-01T00:00:00Z', 1);
  assert.equal(durationMs, load.steps.length * 1000);
  const played = [...load.steps.slice(-4), ...load.steps.slice(0, -4)];
  for (const [i, step] of played.entries()) {
    const counts = routes.map(
      (_, kind) => atMs.filter((at, k) => Math.floor(at / 1000) === i && kinds[k] === kind).length,
    );
    assert.deepEqual(
      counts,
      routes.map((_, kind) => step[kind] ?? 0),
    );
  }
  assert.deepEqual(atMs, atMs.toSorted());
});

test('of more requests than a drill file may have, the last ones stay', () => {
  const steps = [[5], ...Array.from({ length: 20 }, () => [90_000])];
  const { load } = drillFileOf(incident('crash'), 'crash', { ...LOAD, routes: ['GET /a'], steps });
  assert.deepEqual(
    load?.steps,
    Array.from({ length: 11 }, () => [90_000]),
  );
});

test('a drill that need not lead to an incident lasts until there is one', () => {
  const file = drillFileOf(incident('dependency-down'), 'gone-dependency', undefined);
  const { hypothesis, hold } = drillOf(file).plan({} as never);
  assert.deepEqual(hypothesis.causes, ['dependency-down']);
  assert.deepEqual([hold.until, hypothesis.detectedWithinMs], ['detected', hold.maxMs]);
});

test('a cause of which incidents are seldom opened is not replayed too soon', () => {
  const siteWith = (cause: string, agoMs: number): Site =>
    ({
      status: { workersWanted: 2, incidents: [{ cause, openedAtMs: Date.now() - agoMs }] },
      facts: { detectMs: { cpuStarved: 5000 } },
    }) as unknown as Site;
  const starved = drillOf(drillFileOf(incident('cpu-starved'), 'starved-cpu', undefined));
  assert.match(
    starved.lacks?.(siteWith('cpu-starved', 100_000)) ?? '',
    /every five minutes at most: wait 200 s/,
  );
  assert.equal(starved.lacks?.(siteWith('cpu-starved', 300_001)), undefined);
  const crashed = drillOf(drillFileOf(incident('crash'), 'crash', undefined));
  assert.equal(crashed.lacks?.(siteWith('crash', 1)), undefined);
});

const FILE = drillFileOf(incident('crash'), 'crash', LOAD);
const TEXT = JSON.stringify(FILE, undefined, 2);

test('what was written is read', () => {
  assert.deepEqual(parseDrillFile(TEXT, 'a.json'), JSON.parse(TEXT));
});

const WRONG: readonly (readonly [what: string, change: object, message: string])[] = [
  [
    'another format',
    { format: 'x' },
    'a.json: it is not a drill file: `respite incidents replay` writes them',
  ],
  [
    'a later version',
    { version: 2 },
    'a.json: version must be 1, the only one that this version of Respite reads, got 2',
  ],
  [
    'a drill that is not there',
    { drill: 'krash' },
    'a.json: drill must be the name of a drill, as `respite drill --list` shows them, got "krash"',
  ],
  [
    'a name that is a path',
    { name: '../x' },
    'a.json: name must be letters, digits, dots and hyphens, got "../x"',
  ],
  [
    'a field that is not known',
    { rate: 5 },
    'a.json: rate must be left out: the fields are format, version, name, drill, causes, load, incident, got 5',
  ],
  [
    'a count that is none',
    { load: { ...FILE.load, steps: [[1], [-1]] } },
    'a.json: load.steps[1][0] must be a whole number of requests, got -1',
  ],
  [
    'a route without a method',
    { load: { ...FILE.load, routes: ['GET /a', '/b'] } },
    'a.json: load.routes[1] must be a text such as "GET /users/:id" or "GET *", got "/b"',
  ],
  [
    'no requests',
    { load: { ...FILE.load, steps: [[0], []] } },
    'a.json: load.steps must be 1 to 1000000 requests altogether, got 0',
  ],
];

for (const [what, change, message] of WRONG) {
  test(`${what} is an error that names the field`, () => {
    const given = JSON.stringify({ ...FILE, ...change });
    assert.throws(() => parseDrillFile(given, 'a.json'), { code: 'RESPITE_LOAD_DRILL_FILE', message });
  });
}

test('what is no JSON is an error that names the line', () => {
  const given = TEXT.replace('"causes"', 'causes');
  const line = given.slice(0, given.indexOf('causes')).split('\n').length;
  assert.throws(() => parseDrillFile(given, 'a.json'), {
    message: new RegExp(`^a\\.json: line ${line}: it is not JSON: `),
  });
});

test('whatever is in a file, it is a drill file or an error of one line', () => {
  const damage = fc.record({ at: fc.nat(), remove: fc.nat({ max: 9 }), insert: fc.string({ maxLength: 9 }) });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      let damaged = TEXT;
      for (const { at, remove, insert } of damages) {
        const from = at % (damaged.length + 1);
        damaged = damaged.slice(0, from) + insert + damaged.slice(from + remove);
      }
      try {
        const { drill, load } = parseDrillFile(damaged, 'a.json');
        assert.ok(DRILLS.some(({ name }) => name === drill));
        if (load !== undefined) shapeOf(load, '2026-01-01T00:00:00Z', 1);
      } catch (error) {
        if (!(error instanceof RespiteError)) throw error;
        assert.match(error.message, /^a\.json: [^\n]+$/);
      }
    }),
  );
});
