import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { backoffMs } from './backoff.ts';

test('never at once, never more than a minute, and never less than half of what it could be', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, random) => {
        const waitMs = backoffMs(n, random);
        assert.ok(waitMs >= 250 && waitMs <= 60_000);
        assert.ok(
          waitMs >= backoffMs(n, 0) && waitMs <= backoffMs(n, 1) && backoffMs(n, 1) === 2 * backoffMs(n, 0),
        );
      },
    ),
  );
});
