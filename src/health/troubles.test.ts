import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../core/support.test.ts';
import { troubles } from './troubles.ts';

test('what is down or slow, critical first, then the longest; what is healthy is left out', () => {
  const found = troubles([
    reportOf('well'),
    reportOf('unknown', { status: 'UNKNOWN' }),
    reportOf('cache', { critical: false, status: 'DOWN', sinceMs: 10, peer: undefined }),
    reportOf('slow', { trouble: 'dependency-slow', sinceMs: 5, slowSinceMs: 500, durationMs: 700 }),
    reportOf('disk', { status: 'DOWN', trouble: 'disk-full', sinceMs: 400 }),
  ]);
  assert.deepEqual(
    found.map(({ cause, indicator, peer, sinceMs, error }) => [cause, indicator, peer, sinceMs, error]),
    [
      ['disk-full', 'disk', 'disk:1', 400, 'refused'],
      ['dependency-slow', 'slow', 'slow:1', 500, undefined],
      ['dependency-down', 'cache', 'cache', 10, 'refused'],
    ],
  );
});
