import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBlockedLoop } from '../../workers/process/blocked.ts';
import { resolveDetectOptions } from './options.ts';

test('2 s no new requests, 5 s an incident, 10 s past hope', () => {
  const { blockedLoop } = resolveDetectOptions();
  const judged = [0, 1999, 2000, 4999, 5000, 9999, 10_000, 1e6].map((gapMs) =>
    judgeBlockedLoop(gapMs, blockedLoop),
  );
  const expected = ['turning', 'turning', 'unready', 'unready', 'blocked', 'blocked', 'hopeless', 'hopeless'];
  assert.deepEqual(judged, expected);
});

test('switched off it never finds anything', () => {
  assert.equal(judgeBlockedLoop(1e9, false), 'turning');
});
