import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nextTryMs, patienceMs } from './patience.ts';

test('the worse it is, the shorter the wait', () => {
  assert.deepEqual(
    ['gc-death-spiral', 'event-loop-blocked', 'memory-leak'].map(patienceMs),
    [1000, 5000, 60_000],
  );
});

test('the tries end when patience does, whatever chance says, and are never at once', () => {
  const cause = fc.constantFrom('gc-death-spiral', 'event-loop-blocked', 'memory-leak', 'unknown');
  const chance = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(cause, chance, (of, random) => {
      let waitedMs = 0;
      let tries = 0;
      for (const share of random) {
        const next = nextTryMs(of, waitedMs, share);
        if (next === undefined) break;
        assert.ok(next > 0 && next <= 750);
        waitedMs += next;
        tries += 1;
      }
      assert.equal(waitedMs, patienceMs(of));
      assert.ok(tries <= Math.ceil(patienceMs(of) / 250));
    }),
  );
});
