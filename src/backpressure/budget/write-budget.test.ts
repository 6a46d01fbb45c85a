import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeBudget, type WriteBudgetOptions } from './options.ts';
import { type BudgetMember, WriteBudget } from './write-budget.ts';

const KB = 1024;
const MB = 1024 * KB;

let nowMs = 0;

function budgetOf(options: WriteBudgetOptions): WriteBudget {
  return new WriteBudget(writeBudget.complete(options), () => nowMs);
}

/** A channel that takes as much as it may. */
class Member implements BudgetMember {
  heldBytes = 0;
  isReader = false;
  blockedSinceMs = Infinity;
  isEvicted = false;
  readonly #budget: WriteBudget;

  constructor(budget: WriteBudget) {
    this.#budget = budget;
    budget.join();
  }

  get isWritable(): boolean {
    return !this.isEvicted && this.heldBytes < this.#budget.allowanceBytes(this);
  }

  write(bytes: number): void {
    this.heldBytes += bytes;
    this.#budget.adjust(this, bytes);
  }

  drain(): void {
    const bytes = this.heldBytes;
    this.heldBytes = 0;
    this.#budget.adjust(this, -bytes);
  }

  block(): void {
    this.blockedSinceMs = nowMs;
    this.#budget.setBlocked(this, true);
  }

  evict(reason: string): void {
    this.isEvicted = true;
    this.drain();
    this.#budget.leave(this, reason);
  }
}

/** All are blocked, and write as long as they may, one message after the other. */
function fill(members: readonly Member[], messageBytes: number): void {
  for (const member of members) member.block();
  for (let isWriting = true; isWriting;) {
    isWriting = false;
    for (const member of members) {
      if (!member.isWritable) continue;
      member.write(messageBytes);
      isWriting = true;
    }
  }
}

test('a blocked channel may have a part of what is left: one alone half, and the more there are the less', () => {
  for (const [count, mb] of [
    [1, 28],
    [9, 5.6],
    [99, 0.56],
  ] as const) {
    const budget = budgetOf({ limitBytes: 64 * MB });
    const members = Array.from({ length: count }, () => new Member(budget));
    fill(members, KB);
    const mostBytes = Math.max(...members.map(({ heldBytes }) => heldBytes));
    assert.ok(mostBytes <= mb * MB + KB && mostBytes > (mb * MB) / 3, `${count}: ${mostBytes}`);
  }
});

test('5,000 stalled channels with 8 KB messages stay within 64 MB, and none has to go', () => {
  const budget = budgetOf({ limitBytes: 64 * MB });
  fill(
    Array.from({ length: 5000 }, () => new Member(budget)),
    8 * KB,
  );
  const { usedBytes, evictions } = budget.stats();
  assert.ok(usedBytes <= 56 * MB + 8 * KB, String(usedBytes));
  assert.deepEqual(evictions, {});
});

test('pressure follows what the next channel may still have: none for a few that hold much, all of it for thousands with small messages', () => {
  for (const [count, least, most] of [
    [1, 0, 0.5],
    [100, 0, 0.5],
    [1000, 0.7, 0.9],
    [5000, 0.95, 1],
  ] as const) {
    const budget = budgetOf({ limitBytes: 64 * MB });
    assert.equal(budget.stats().pressure, 0);
    const members = Array.from({ length: count }, () => new Member(budget));
    fill(members, 4 * KB);
    const { pressure, utilization } = budget.stats();
    assert.ok(utilization < 0.6, `${count}: ${utilization}`);
    assert.ok(pressure >= least && pressure <= most, `${count}: ${pressure}`);
    for (const member of members) member.drain();
    assert.equal(budget.stats().pressure, 0);
  }
});

test('pressure is whole where only evictions make room', () => {
  const budget = budgetOf({ limitBytes: 8 * MB });
  for (let i = 0; i < 7; i += 1) new Member(budget).write(MB);
  assert.equal(budget.stats().pressure, 1);
});

test('one that reads has its guaranteed part however exhausted the budget is', () => {
  const budget = budgetOf({ limitBytes: 64 * MB });
  fill(
    Array.from({ length: 5000 }, () => new Member(budget)),
    8 * KB,
  );
  const fast = new Member(budget);
  fast.isReader = true;
  let written = 0;
  while (fast.isWritable) {
    fast.write(KB);
    written += KB;
  }
  assert.ok(written >= 64 * KB, String(written));
});

for (const [evictFirst, isFirst] of [
  ['largest', (i: number): boolean => i === 7],
  ['oldest', (i: number): boolean => i === 0],
] as const) {
  test(`when room is needed the ${evictFirst} goes first, and no more than needed`, () => {
    nowMs = 0;
    const budget = budgetOf({ limitBytes: 8 * MB, evictFirst });
    const members = Array.from({ length: 8 }, () => new Member(budget));
    for (const [i, member] of members.entries()) {
      nowMs = i;
      member.block();
      member.write(900 * KB + i);
    }
    nowMs = 1000;
    const fast = new Member(budget);
    fast.write(700 * KB);
    assert.deepEqual(
      members.map(({ isEvicted }) => isEvicted),
      members.map((_, i) => isFirst(i)),
    );
    assert.deepEqual(budget.stats().evictions, { budget: 1 });
    assert.equal(fast.isEvicted, false);
  });
}

test('one that became blocked just now stays while there is room at all', () => {
  nowMs = 0;
  const budget = budgetOf({ limitBytes: 8 * MB });
  const fresh = new Member(budget);
  fresh.block();
  fresh.write(4 * MB);
  const other = new Member(budget);
  nowMs = 50;
  other.write(3.9 * MB);
  assert.equal(fresh.isEvicted, false);
  other.write(0.2 * MB);
  assert.equal(fresh.isEvicted, true);
  assert.equal(other.isEvicted, false);
});

test('where no other member can go, the one that writes goes: the limit holds whatever is written', () => {
  const step = fc.tuple(
    fc.nat(19),
    fc.constantFrom('write', 'block', 'drain', 'wait'),
    fc.integer({ min: 0, max: 400_000 }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      nowMs = 0;
      const budget = budgetOf({ limitBytes: MB });
      const members = Array.from({ length: 20 }, () => new Member(budget));
      for (const [i, kind, amount] of steps) {
        const member = members[i];
        if (kind === 'wait') nowMs += amount / 1000;
        if (member === undefined || member.isEvicted) continue;
        if (kind === 'write') member.write(amount);
        else if (kind === 'block') member.block();
        else if (kind === 'drain') member.drain();
        const { usedBytes, limitBytes, utilization, pressure, channels } = budget.stats();
        assert.ok(usedBytes <= limitBytes);
        assert.ok(pressure >= utilization && pressure <= 1);
        assert.equal(
          usedBytes,
          members.reduce((sum, { heldBytes }) => sum + heldBytes, 0),
        );
        assert.equal(channels, members.filter(({ isEvicted }) => !isEvicted).length);
      }
    }),
  );
});
