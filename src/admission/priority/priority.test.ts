import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CRITICALITIES } from '../policy.ts';
import { CLASSES, classOf, LEVELS, levelOf } from './level.ts';
import { resolvePriorityOptions } from './options.ts';
import { Priority } from './priority.ts';
import { histories } from '../../../test/harness/histories.ts';

const WITHOUT_MINIMUM = resolvePriorityOptions({ minimumPerSecond: 0, minimumShare: 0 });

/** Takes the priority to a state in which it refuses `share` of 10,000 requests a second of these levels. */
function refusing(share: number, levels: readonly number[], options = WITHOUT_MINIMUM): Priority {
  const priority = new Priority(options);
  const completed = 1000 * (1 - share);
  for (let interval = 0; interval < 30; interval += 1) {
    let passed = 0;
    for (let i = 0; i < 1000; i += 1) {
      const level = levels[i % levels.length] ?? 0;
      priority.offered(level);
      if (priority.admits(level)) passed += 1;
    }
    const shedByGates = Math.max(0, passed - completed);
    // At the pressure aimed for, so that it stays where it is.
    priority.adapt({ offered: 1000, completed, shedByGates, pressure: 0.5, elapsedMs: 100 });
  }
  return priority;
}

const mixture = fc.array(fc.nat(LEVELS - 1), { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });

test('of any mixture the share that is asked for is refused, within 2 %', () => {
  fc.assert(
    fc.property(mixture, share, (levels, wanted) => {
      const priority = refusing(wanted, levels);
      assert.ok(Math.abs(priority.share - wanted) < 0.01);
      let refused = 0;
      for (let i = 0; i < 20 * levels.length; i += 1) {
        if (!priority.admits(levels[i % levels.length] ?? 0)) refused += 1;
      }
      // Where the boundary's rounding stood before may cost or give a whole request; and the window of 1024 cuts the
      // mixture's last round, at most half of it on one side.
      const rounding = 1 / (20 * levels.length) + levels.length / 1024 / 2;
      assert.ok(Math.abs(refused / (20 * levels.length) - priority.share) <= 0.02 + rounding);
    }),
    { numRuns: histories(50) },
  );
});

test('of requests that come at random, too, the share is within 2 % over time', () => {
  const level = fc.record({ level: fc.nat(LEVELS - 1), weight: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(
      fc.array(level, { minLength: 1, maxLength: 20 }),
      share,
      fc.infiniteStream(fc.nat(1e6)),
      (mix, wanted, random) => {
        const bag = mix.flatMap((entry) => Array.from({ length: entry.weight }, () => entry.level));
        const priority = refusing(wanted, bag);
        let [refused, expected, asked] = [0, 0, 0];
        let state = random.next().value;
        for (let interval = 0; interval < 100; interval += 1) {
          for (let i = 0; i < 300; i += 1) {
            // Knuth's linear congruential generator, by its upper bits.
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
            const next = bag[Math.trunc((state / 2 ** 32) * bag.length)] ?? 0;
            priority.offered(next);
            asked += 1;
            expected += priority.share;
            if (!priority.admits(next)) refused += 1;
          }
          priority.adapt({
            offered: 300,
            completed: 300 * (1 - wanted),
            shedByGates: 0,
            pressure: 0.5,
            elapsedMs: 30,
          });
        }
        assert.ok(Math.abs(refused - expected) / asked < 0.02, `${refused / asked} for ${expected / asked}`);
      },
    ),
    { numRuns: histories(30) },
  );
});

test('nobody is refused while somebody of a lower class is admitted', () => {
  fc.assert(
    fc.property(mixture, share, (levels, wanted) => {
      const priority = refusing(wanted, levels);
      let lowestRefused = LEVELS;
      let highestAdmitted = -1;
      for (const level of levels) {
        if (priority.admits(level)) highestAdmitted = Math.max(highestAdmitted, level);
        else lowestRefused = Math.min(lowestRefused, level);
      }
      assert.ok(highestAdmitted <= lowestRefused);
    }),
    { numRuns: histories(50) },
  );
});

test('a user is served or not: inside a class whole cohorts are, except for the one at the threshold', () => {
  const levels = Array.from({ length: 128 }, (_, cohort) => levelOf(3, cohort));
  const priority = refusing(0.4, levels);
  const partly = levels.filter((level) => {
    const admitted = Array.from({ length: 10 }, () => priority.admits(level)).filter(Boolean).length;
    return admitted > 0 && admitted < 10;
  });
  assert.ok(partly.length <= 1);
});

test('every class that asks gets its minimum, whatever the share', () => {
  const levels = Array.from({ length: LEVELS }, (_, level) => level);
  const priority = refusing(0.95, levels, resolvePriorityOptions());
  const admitted = Array.from({ length: CLASSES }, () => 0);
  for (let interval = 0; interval < 50; interval += 1) {
    for (let i = 0; i < 1000; i += 1) {
      const level = (i * 79) % LEVELS;
      priority.offered(level);
      if (priority.admits(level)) admitted[classOf(level)] = (admitted[classOf(level)] ?? 0) + 1;
    }
    priority.adapt({ offered: 1000, completed: 50, shedByGates: 0, pressure: 0.5, elapsedMs: 100 });
  }
  // 5 s of 1 % of 500 a second.
  for (const count of admitted) assert.ok(count >= 24, admitted.join(' '));
});

test('until the first trouble all are admitted', () => {
  const priority = new Priority(resolvePriorityOptions());
  for (let level = 0; level < LEVELS; level += 1) {
    priority.offered(level);
    assert.ok(priority.admits(level));
  }
  priority.adapt({ offered: LEVELS, completed: LEVELS, shedByGates: 0, pressure: 0, elapsedMs: 100 });
  assert.equal(priority.share, 0);
  assert.equal(priority.threshold, LEVELS);
});

test('a clock that is set back does no harm', () => {
  const priority = new Priority(resolvePriorityOptions());
  priority.adapt({ offered: 10, completed: 10, shedByGates: 5, pressure: 1, elapsedMs: -500 });
  priority.adapt({ offered: 10, completed: 10, shedByGates: 5, pressure: 1, elapsedMs: 0 });
  assert.ok(priority.share >= 0 && priority.share < 1);
});

test('the classes stand in the order of the criticalities', () => {
  assert.deepEqual(
    CRITICALITIES.map((criticality) => CRITICALITIES.indexOf(criticality)),
    [0, 1, 2, 3],
  );
});
