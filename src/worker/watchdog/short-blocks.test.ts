import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShortBlocks } from './short-blocks.ts';

/** How much is seen of blocks of this length, one in each period, by a timer of 100 ms; as a share of the time. */
function seen(blockMs: number, everyMs: number): number {
  const blocks = new ShortBlocks(100, 0);
  const endMs = 600_000;
  for (let dueMs = 100; dueMs < endMs;) {
    const sinceBlockMs = dueMs % everyMs;
    const firesMs = sinceBlockMs < blockMs ? dueMs - sinceBlockMs + blockMs : dueMs;
    blocks.beat(firesMs);
    dueMs = firesMs + 100;
  }
  return blocks.ms / endMs;
}

test('300 ms twice a second is half of the time; what is below 100 ms or above 2 s is none', () => {
  assert.ok(seen(300, 507) > 0.45, String(seen(300, 507)));
  assert.ok(seen(150, 407) < 0.45, String(seen(150, 407)));
  assert.equal(seen(90, 100), 0);
  assert.equal(seen(5000, 10_000), 0);
});
