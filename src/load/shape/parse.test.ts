import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RespiteError } from '../../core/errors.ts';
import type { LoadShape } from './contract.ts';
import { formatShape } from './format.ts';
import { parseShape } from './parse.ts';

const SHAPE: LoadShape = {
  recordedAt: '2026-11-30T12:00:00.000Z',
  durationMs: 1000,
  routes: [
    { method: 'GET', route: '/users/:id' },
    { method: 'POST', route: '*' },
  ],
  atMs: Float64Array.of(0, 10.5, 10.5, 999),
  kinds: Uint16Array.of(0, 1, 0, 1),
  bodyBytes: Float64Array.of(0, 2048, 0, -1),
  responseBytes: Float64Array.of(17, -1, 0, 5),
  dropped: 3,
};

const text = (shape: LoadShape): string => [...formatShape(shape)].join('');
const LINES = text(SHAPE).trimEnd().split('\n');

/** The file with another text in one of its lines. */
const changed = (line: number, from: string, to: string): string =>
  LINES.map((each, i) => (i === line - 1 ? each.replace(from, to) : each)).join('\n');

test('what was written is read', () => {
  assert.deepEqual(parseShape(text(SHAPE), 'a.shape'), SHAPE);
});

const WRONG: readonly (readonly [what: string, text: string, message: string])[] = [
  ['nothing', '', 'a.shape:1: it is not a shape file: `respite shape record` writes them'],
  ['another file', '{"a":1}', 'a.shape:1: it is not a shape file: `respite shape record` writes them'],
  [
    'a later version',
    changed(1, '"version":1', '"version":2'),
    'a.shape:1: version must be 1, the only one that this version of Respite reads, got 2',
  ],
  [
    'a cut file',
    LINES.slice(0, 3).join('\n'),
    'a.shape:1: 4 requests must follow, and 2 do: the file is not whole',
  ],
  [
    'no duration',
    changed(1, '"durationMs":1000', '"durationMs":0'),
    'a.shape:1: durationMs must be a number of ms above 0, at most 86400000, got 0',
  ],
  [
    'a route without a method',
    changed(1, 'GET /users/:id', '/users/:id'),
    'a.shape:1: routes must be texts such as "GET /users/:id" or "GET *", got "/users/:id"',
  ],
  [
    'a route that ends the request line',
    changed(1, '/users/:id', String.raw`/a\r\nX: y`),
    String.raw`a.shape:1: routes must be texts such as "GET /users/:id" or "GET *", got "GET /a\r\nX: y"`,
  ],
  [
    'no array',
    changed(3, '[', '{'),
    'a.shape:3: a request must be an array of 4 elements, got "{10.5,1,2048,null]"',
  ],
  [
    'an earlier time',
    changed(4, '10.5', '10.4'),
    'a.shape:4: the first element must be ms from the one before (10.5) to durationMs (1000), got 10.4',
  ],
  [
    'a route that is not there',
    changed(3, ',1,', ',2,'),
    'a.shape:3: the second element must be an index of routes (0 to 1), got 2',
  ],
  [
    'a body of half a byte',
    changed(3, '2048', '0.5'),
    'a.shape:3: the third element must be a number of bytes or null, got 0.5',
  ],
  [
    'a body that is too large',
    changed(3, '2048', '1073741825'),
    'a.shape:3: the third element must be at most 1073741824 bytes, got 1073741825',
  ],
];

for (const [what, given, message] of WRONG) {
  test(`${what} is an error that says where`, () => {
    assert.throws(() => parseShape(given, 'a.shape'), { code: 'RESPITE_LOAD_SHAPE', message });
  });
}

const shapes: fc.Arbitrary<LoadShape> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 60_000 }),
      kind: fc.nat({ max: 1 }),
      body: fc.integer({ min: -1, max: 1_000_000 }),
      response: fc.integer({ min: -1, max: 1_000_000 }),
    }),
    { minLength: 1, maxLength: 50 },
  )
  .map((requests) => {
    const sorted = requests.toSorted((a, b) => a.at - b.at);
    const { recordedAt, routes, dropped } = SHAPE;
    return {
      recordedAt,
      routes,
      dropped,
      durationMs: 60_000,
      atMs: Float64Array.from(sorted, ({ at }) => at),
      kinds: Uint16Array.from(sorted, ({ kind }) => kind),
      bodyBytes: Float64Array.from(sorted, ({ body }) => body),
      responseBytes: Float64Array.from(sorted, ({ response }) => response),
    };
  });

test('every shape is read as it was written', () => {
  fc.assert(fc.property(shapes, (shape) => assert.deepEqual(parseShape(text(shape), 'a'), shape)));
});

test('whatever is in a file, it is a shape or an error that names the line', () => {
  const damage = fc.record({ at: fc.nat(), remove: fc.nat({ max: 9 }), insert: fc.string({ maxLength: 9 }) });
  fc.assert(
    fc.property(shapes, fc.array(damage, { minLength: 1, maxLength: 3 }), (shape, damages) => {
      let damaged = text(shape);
      for (const { at, remove, insert } of damages) {
        const from = at % (damaged.length + 1);
        damaged = damaged.slice(0, from) + insert + damaged.slice(from + remove);
      }
      try {
        const { atMs, kinds, routes, durationMs } = parseShape(damaged, 'a.shape');
        assert.ok(atMs.every((ms, i) => ms >= (atMs[i - 1] ?? 0) && ms <= durationMs));
        assert.ok(kinds.every((kind) => kind < routes.length));
      } catch (error) {
        if (!(error instanceof RespiteError)) throw error;
        assert.match(error.message, /^a\.shape:\d+: [^\n]{1,500}$/);
      }
    }),
  );
});
