import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Recent } from './recent.ts';
import { heldBackShare } from './throttle.ts';

const RULES = { requestsPerAccept: 2, maxShare: 0.9 };

const NOTHING_WRONG = { heldBack: 0, refused: 0, shed: 0, failed: 0 };

test('nothing is held back while half of the attempts are served', () => {
  assert.equal(heldBackShare(RULES, { ...NOTHING_WRONG, requests: [0, 100, 0, 0], failed: 50 }, 1), 0);
});

test('nothing is judged by fewer than twenty attempts', () => {
  assert.equal(heldBackShare(RULES, { ...NOTHING_WRONG, requests: [0, 19, 0, 0], failed: 19 }, 1), 0);
});

test('without any success most is held back, and a tenth still goes out', () => {
  assert.equal(heldBackShare(RULES, { ...NOTHING_WRONG, requests: [0, 1000, 0, 0], failed: 1000 }, 1), 0.9);
});

test('the least important class is held back first', () => {
  const totals = { ...NOTHING_WRONG, requests: [0, 500, 0, 500], failed: 700 };
  // 400 of 1000 are too many: the sheddable half can give 450 of its 500.
  assert.equal(heldBackShare(RULES, totals, 1), 0);
  const lowest = heldBackShare(RULES, totals, 3);
  assert.ok(lowest > 0.75 && lowest < 0.85, `${lowest}`);
});

/** Where the share of calls that go out settles, when as many of the attempts go wrong as the peer's rule says. */
function settledShare(
  refusedShare: (sent: number) => number,
  failedShare: number,
  isShed: boolean = false,
): number {
  let heldBack = 0;
  for (let i = 0; i < 200; i += 1) {
    const attempts = 1000 - heldBack;
    const refused = attempts * refusedShare(attempts);
    heldBack =
      1000 *
      heldBackShare(
        RULES,
        {
          requests: [0, 1000, 0, 0],
          heldBack,
          refused,
          shed: isShed ? refused : 0,
          failed: attempts * failedShare,
        },
        1,
      );
  }
  return 1 - heldBack / 1000;
}

test('when two of three instances are down, two thirds of the calls go out, however long it lasts', () => {
  const share = settledShare(() => 0, 2 / 3);
  assert.ok(share > 0.65 && share < 0.68, `${share}`);
});

test('a peer that refuses what is beyond its capacity gets no more than twice that', () => {
  const share = settledShare((sent) => Math.max(0, 1 - 100 / sent), 0);
  assert.ok(share > 0.15 && share < 0.25, `${share}`);
});

test('a server that sheds what is beyond its capacity gets a tenth more than that', () => {
  const share = settledShare((sent) => Math.max(0, 1 - 100 / sent), 0, true);
  // What always goes out is a tenth of the calls: as much as the capacity.
  assert.ok(share > 0.1 && share < 0.12, `${share}`);
});

test('a client with few calls does not stop throttling because it throttles', () => {
  const totals = { ...NOTHING_WRONG, requests: [0, 100, 0, 0], heldBack: 85, refused: 5, shed: 5 };
  assert.ok(heldBackShare(RULES, totals, 1) > 0.85);
});

test('nothing is held back while one attempt in twelve is shed', () => {
  const totals = { ...NOTHING_WRONG, requests: [0, 1200, 0, 0], refused: 100, shed: 100 };
  assert.equal(heldBackShare(RULES, totals, 1), 0);
});

test('what the classes give is what is too much, and never more than the maximum of a class', () => {
  const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (requests, failing) => {
      const total = requests.reduce((sum, count) => sum + count, 0);
      const failed = failing * total;
      const totals = { ...NOTHING_WRONG, requests, failed };
      const shares = requests.map((_, rank) => heldBackShare(RULES, totals, rank));
      assert.ok(shares.every((share) => share >= 0 && share <= 0.9));
      const given = shares.reduce((sum, share, rank) => sum + share * (requests[rank] ?? 0), 0);
      assert.ok(given <= Math.max(0, total - 2 * (total - failed)) + 1e-6);
    }),
  );
});

test('what happened more than ten seconds ago does not count, however quiet it was since', () => {
  const recent = new Recent();
  for (let i = 0; i < 100; i += 1) recent.ended(1, 'failed', 0);
  assert.equal(recent.totals(9999).requests[1], 100);
  assert.equal(recent.isClean(9999), false);
  assert.equal(recent.totals(10_000).requests[1], 0);
  assert.equal(recent.isClean(10_001), true);
  assert.equal(recent.totals(600_000).requests[1], 0);
});

test('half of the failures are forgotten, and no success', () => {
  const recent = new Recent();
  for (let i = 0; i < 100; i += 1) recent.ended(1, i < 20 ? 'accepted' : 'failed', 0);
  recent.forgiveHalf();
  const { requests, failed } = recent.totals(0);
  assert.deepEqual([Math.round(requests[1] ?? 0), failed], [60, 40]);
});

test('the share of refusals is of the last two seconds and of one class', () => {
  const recent = new Recent();
  recent.ended(3, 'refused', 0);
  recent.ended(1, 'accepted', 0);
  assert.equal(recent.refusedShare(3, 0), 1);
  assert.equal(recent.refusedShare(1, 0), 0);
  for (let i = 0; i < 3; i += 1) recent.ended(3, 'accepted', 1000);
  assert.equal(recent.refusedShare(3, 1000), 0.25);
  assert.equal(recent.refusedShare(3, 2000), 0);
});
