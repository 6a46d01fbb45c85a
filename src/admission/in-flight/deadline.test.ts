import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remainingMs } from './deadline.ts';

const CASES: readonly (readonly [
  header: string | undefined,
  routeMs: number | undefined,
  expected: unknown,
])[] = [
  [undefined, undefined, undefined],
  [undefined, 100, 100],
  ['250', undefined, 250],
  ['250', 100, 100],
  ['50', 100, 50],
  ['0', 100, 0],
  ['-1', undefined, -1],
  // None of these says anything.
  ['', 100, 100],
  ['1.5', 100, 100],
  ['0x10', 100, 100],
  ['1e1', 100, 100],
  [' 7 ', 100, 100],
  ['soon', undefined, undefined],
  ['10, 20', undefined, undefined],
];

for (const [header, routeMs, expected] of CASES) {
  test(`header ${JSON.stringify(header)} on a route of ${routeMs} ms: ${String(expected)}`, () => {
    assert.equal(
      remainingMs(header === undefined ? {} : { 'respite-deadline-ms': header }, routeMs),
      expected,
    );
  });
}
