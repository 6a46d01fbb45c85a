import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takesOffspringAlong } from './worker-end.ts';

const cases: readonly [
  what: string,
  code: number | null,
  signal: NodeJS.Signals | null,
  wasToEnd: boolean,
  along: boolean,
][] = [
  ['killed', null, 'SIGKILL', false, true],
  ['killed because it did not end when it was drained', null, 'SIGKILL', true, true],
  ['an error that nothing caught', 1, null, false, true],
  ['an abort', null, 'SIGABRT', false, true],
  ['drained', null, 'SIGTERM', true, false],
  ['drained, with an exit code of its own', 143, null, true, false],
  ['process.exit(0)', 0, null, false, false],
  ['asked to end from outside', null, 'SIGTERM', false, false],
];

for (const [what, code, signal, wasToEnd, along] of cases) {
  test(`${what}: its processes ${along ? 'end with it' : 'stay'}`, () => {
    assert.equal(takesOffspringAlong({ code, signal }, wasToEnd), along);
  });
}
