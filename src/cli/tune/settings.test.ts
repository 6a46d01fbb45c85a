import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TuneFlags } from './request.ts';
import { tuneSettings } from './settings.ts';

test('without flags everything is tried for three minutes', () => {
  assert.deepEqual(tuneSettings({}), {
    path: '/',
    mix: undefined,
    deadlineMs: undefined,
    forMs: undefined,
    normalPerSecond: undefined,
    parts: undefined,
  });
});

test('times, rates, parts and kinds of requests', () => {
  const settings = tuneSettings({
    urlPath: '/a?b',
    mix: ['3 GET /a', 'POST /b 2048'],
    deadline: '250ms',
    for: '1.5m',
    normal: '120',
    only: 'capacity,accept',
  });
  assert.deepEqual(settings, {
    path: '/a?b',
    mix: [
      { method: 'GET', path: '/a', weight: 3, body: undefined },
      { method: 'POST', path: '/b', weight: undefined, body: 2048 },
    ],
    deadlineMs: 250,
    forMs: 90_000,
    normalPerSecond: 120,
    parts: ['capacity', 'accept'],
  });
});

const WRONG: readonly (readonly [flags: TuneFlags, message: RegExp])[] = [
  [{ for: '4m' }, /^--for must be from 5s to 3m, got "4m"$/],
  [{ for: '1s' }, /^--for must be from 5s to 3m/],
  [{ deadline: '0s' }, /^--deadline must be from 10ms to 60s, got "0s"$/],
  [{ deadline: '5' }, /^--deadline takes a time such as 500ms/],
  [{ urlPath: 'a' }, /^--url-path must begin with \//],
  [{ normal: 'many' }, /^--normal must be a number/],
  [{ only: 'limits' }, /^--only must be some of capacity,limit,accept, got "limits"$/],
  [{ mix: ['GET'] }, /^--mix takes requests such as/],
];

for (const [flags, message] of WRONG) {
  test(`refused: ${JSON.stringify(flags)}`, () => {
    assert.throws(() => tuneSettings(flags), { code: 'RESPITE_CLI_USAGE', message });
  });
}
