import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Holds } from './hold.ts';

/** Numbers from 0 to 1 that are spread evenly, by the golden ratio. */
function evenly(): () => number {
  let last = 0;
  return () => (last = (last + 0.618_033_988_75) % 1);
}

test('a refusal holds back its class and less important ones, and no other', () => {
  const holds = new Holds(() => 0);
  holds.refused(2, 1, 5000, 0);
  assert.deepEqual(
    [0, 1, 2, 3].map((rank) => holds.waitMs(rank, 1000)),
    [0, 0, 4000, 4000],
  );
  assert.equal(holds.waitMs(3, 5000), 0);
});

test('as large a share is held back as was refused', () => {
  const holds = new Holds(evenly());
  holds.refused(1, 0.25, 1000, 0);
  const held = Array.from({ length: 1000 }, () => holds.waitMs(1, 0)).filter((ms) => ms > 0).length;
  assert.ok(held > 200 && held < 300, `${held} of 1000`);
});

test('clients that were refused together come back over half of the time again', () => {
  const random = evenly();
  const ends = Array.from({ length: 50 }, () => {
    const holds = new Holds(random);
    holds.refused(1, 1, 5000, 0);
    return holds.untilMs(0);
  });
  assert.ok(Math.min(...ends) >= 5000);
  assert.ok(Math.max(...ends) - Math.min(...ends) >= 2000);
});
