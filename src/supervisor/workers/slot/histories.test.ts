// Random histories of a slot: whatever dies, hangs, comes late or is asked for, in whatever order, the invariants hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CALM_MS, count, randomFrom, World } from './world.test.ts';
import type { Step } from './step.test.ts';
import { histories } from '../../../../test/harness/histories.ts';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat({ max: 70_000 }) }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'listens' }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('dies'), who: fc.nat({ max: 5 }), isFromOutside: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sick'), who: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rejected'), who: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('accepted'), who: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('collected'), who: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew'), trialMs: fc.constantFrom(0, 5000) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'turn' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('no process'), count: fc.integer({ min: 1, max: 3 }) }),
  },
);

const HISTORIES = Number(process.env['RESPITE_TEST_HISTORIES'] ?? histories(5000));

test('whatever happens in whatever order: never empty without a start to come, resolved only while one is ready', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, seed) => {
      const world = new World(randomFrom(seed));
      world.send({ kind: 'start', isFirst: false });
      for (const each of steps) world.take(each);

      world.calm();
      const { serving, starting, due, trial, renewal } = world.state;
      assert.ok(serving !== undefined && serving.sick === undefined, 'in the end it serves');
      assert.deepEqual([starting, due, trial, renewal], [undefined, undefined, undefined, undefined]);
      const replaced = count(world, 'counted');
      const renewals = world.seen.filter(
        (each) => each.kind === 'counted' && each.cause === 'rolling',
      ).length;
      assert.ok(
        replaced - renewals <= world.faults,
        `${replaced - renewals} restarts for ${world.faults} faults`,
      );
      const asked = steps.filter(({ kind }) => kind === 'renew').length;
      assert.ok(
        count(world, 'renewed') + count(world, 'renewal-failed') <= asked,
        'each answer was asked for',
      );

      // Those that drain end, and with the sick ones gone the fault is over.
      for (const [id, process] of world.processes) if (process.isDismissed) world.ends(id);
      world.pass(CALM_MS);
      assert.equal(world.state.fault, undefined, 'the fault is over');
      assert.ok(!world.isHealing, 'every healing has an answer');

      world.send({ kind: 'stop', atOnce: false });
      assert.ok(
        [...world.processes.values()].every(({ isDismissed }) => isDismissed),
        'all are told to go',
      );
      world.endAll();
      assert.equal(count(world, 'empty'), 1, 'a stop ends');
    }),
    { numRuns: HISTORIES },
  );
});

test('a stop at any moment ends, once all processes have', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.array(step, { maxLength: 10 }),
      fc.boolean(),
      fc.nat(),
      (steps, late, atOnce, seed) => {
        const world = new World(randomFrom(seed));
        world.send({ kind: 'start', isFirst: false });
        for (const each of steps) world.take(each);
        world.send({ kind: 'stop', atOnce });
        for (const each of late) world.take(each);
        world.endAll();
        assert.equal(world.processes.size, 0);
        assert.equal(count(world, 'empty'), 1);
        assert.equal(world.state.renewal, undefined, 'every renewal has an answer');
      },
    ),
    { numRuns: HISTORIES },
  );
});

test('the first worker of all has to serve: whatever it does instead, nothing else is started', () => {
  for (const dies of [true, false]) {
    const world = new World(randomFrom(1));
    if (!dies) world.failingSpawns = 1;
    world.send({ kind: 'start', isFirst: true });
    if (dies) world.take({ kind: 'dies', who: 0, isFromOutside: false });
    world.pass(CALM_MS);
    assert.equal(count(world, 'spawn'), 1);
    assert.equal(count(world, 'empty'), 1);
    assert.deepEqual(
      world.seen.filter(({ kind }) => kind === 'died').map((each) => each.kind === 'died' && each.after.kind),
      ['given-up'],
    );
  }
});

test('the first worker of all may take as long as it likes, and the others three times as long as the slowest', () => {
  const world = new World(randomFrom(1));
  world.send({ kind: 'start', isFirst: true });
  world.pass(100_000);
  world.listens();
  assert.notEqual(world.state.serving, undefined);
  world.take({ kind: 'dies', who: 0, isFromOutside: false });
  world.pass(299_000);
  assert.equal(count(world, 'late'), 0);
  world.pass(2000);
  assert.equal(count(world, 'late'), 1);
});

test('a new version has 15 s to be ready, or three times as long as the slowest start', () => {
  for (const [startMs, allowedMs] of [
    [1000, 15_000],
    [10_000, 30_000],
  ] as const) {
    const world = new World(randomFrom(1));
    world.send({ kind: 'start', isFirst: true });
    world.pass(startMs);
    world.listens();
    world.take({ kind: 'renew', trialMs: 5000 });
    world.turn();
    world.pass(allowedMs - 500);
    assert.equal(count(world, 'late'), 0);
    world.pass(1000);
    assert.equal(count(world, 'late'), 1);
  }
});

test('a new version that falls sick in its trial is taken back, and its healing has an answer', () => {
  const world = new World(randomFrom(1));
  world.send({ kind: 'start', isFirst: true });
  world.listens();
  world.take({ kind: 'renew', trialMs: 5000 });
  world.turn();
  world.listens();
  world.take({ kind: 'sick', who: 1 });
  assert.equal(count(world, 'renewal-failed'), 1);
  assert.ok(world.isHealing, 'it is still there');
  world.take({ kind: 'collected', who: 1 });
  world.ends(2);
  assert.deepEqual([world.isHealing, world.state.serving?.id], [false, 1]);
});

test('a trial that has nothing to compare ends at once, if it is the new worker that is accepted', () => {
  const world = new World(randomFrom(1));
  world.send({ kind: 'start', isFirst: true });
  world.listens();
  world.take({ kind: 'renew', trialMs: 5000 });
  world.turn();
  world.listens();
  world.take({ kind: 'accepted', who: 0 });
  assert.deepEqual([count(world, 'renewed'), count(world, 'drain')], [0, 0], 'the old one is not on trial');
  world.take({ kind: 'accepted', who: 1 });
  assert.deepEqual([count(world, 'renewed'), count(world, 'drain')], [1, 1]);
  assert.deepEqual([world.state.serving?.id, world.state.trial], [2, undefined]);
});

test('a new version that is rejected in its trial serves until its diagnostics are collected, and the old one goes on', () => {
  const world = new World(randomFrom(1));
  world.send({ kind: 'start', isFirst: true });
  world.listens();
  world.take({ kind: 'rejected', who: 0 });
  assert.equal(count(world, 'renewal-failed'), 0, 'there is no trial');
  world.take({ kind: 'renew', trialMs: 5000 });
  world.turn();
  world.listens();
  world.take({ kind: 'rejected', who: 0 });
  assert.equal(count(world, 'renewal-failed'), 0, 'the old one is not on trial');
  world.take({ kind: 'rejected', who: 1 });
  assert.deepEqual([count(world, 'renewal-failed'), count(world, 'drain')], [1, 0]);
  world.take({ kind: 'collected', who: 1 });
  assert.equal(count(world, 'drain'), 1);
  assert.deepEqual([world.state.serving?.id, world.state.fault, count(world, 'counted')], [1, undefined, 0]);
});
