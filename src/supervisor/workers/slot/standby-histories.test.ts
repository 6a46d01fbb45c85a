// Random histories of two slots that serve and one standby: whatever dies, hangs, comes late or is asked for, in whatever order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StandbyWorld } from './standby-world.test.ts';
import type { Step } from './step.test.ts';
import { CALM_MS, randomFrom } from './world.test.ts';
import { histories } from '../../../../test/harness/histories.ts';

type StandbyStep = Step | { readonly kind: 'warms' | 'retired' };

const step: fc.Arbitrary<StandbyStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat({ max: 70_000 }) }) },
  { weight: 4, arbitrary: fc.constant<StandbyStep>({ kind: 'listens' }) },
  { weight: 4, arbitrary: fc.constant<StandbyStep>({ kind: 'warms' }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('dies'), who: fc.constant(0), isFromOutside: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.constant<StandbyStep>({ kind: 'sick', who: 0 }) },
  { weight: 2, arbitrary: fc.constant<StandbyStep>({ kind: 'collected', who: 0 }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew'), trialMs: fc.constantFrom(0, 5000) }) },
  { weight: 1, arbitrary: fc.constant<StandbyStep>({ kind: 'retired' }) },
  { weight: 3, arbitrary: fc.constant<StandbyStep>({ kind: 'turn' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('no process'), count: fc.integer({ min: 1, max: 3 }) }),
  },
);

const history = fc.array(fc.tuple(step, fc.nat({ max: 7 })), { maxLength: 60, size: 'max' });

const HISTORIES = Number(process.env['RESPITE_TEST_HISTORIES'] ?? histories(1500));

/** Both serve, and the standby waits. */
function atRest(seed: number = 1): StandbyWorld {
  const world = new StandbyWorld(randomFrom(seed));
  for (const at of [0, 1]) world.take({ kind: 'listens' }, at);
  world.take({ kind: 'warms' }, 0);
  assert.deepEqual([...world.processes.keys()], [1, 2, 3]);
  return world;
}

test('no worker has two roles, no slot waits beside a standby, a fault costs one restart, and in the end all are there', () => {
  let takeovers = 0;
  fc.assert(
    fc.property(history, fc.nat(), (steps, seed) => {
      const world = seed % 4 === 0 ? new StandbyWorld(randomFrom(seed)) : atRest(seed);
      for (const [each, at] of steps) world.take(each, at);
      world.calm();
      for (const { state } of world.all) {
        assert.ok(
          state.serving !== undefined && state.serving.sick === undefined,
          'in the end it has a worker',
        );
        assert.deepEqual([state.starting, state.due, state.trial], [undefined, undefined, undefined]);
      }
      assert.ok(world.counted <= world.faults, `${world.counted} restarts for ${world.faults} faults`);
      takeovers += world.takeovers;
    }),
    { numRuns: HISTORIES },
  );
  assert.ok(takeovers > HISTORIES / 2, `${takeovers} takeovers in ${HISTORIES} histories`);
});

test('a stop at any moment ends, once all processes have', () => {
  fc.assert(
    fc.property(history, history, fc.boolean(), fc.nat(), (steps, late, atOnce, seed) => {
      const world = new StandbyWorld(randomFrom(seed));
      for (const [each, at] of steps) world.take(each, at);
      for (const place of world.all) world.send(place, { kind: 'stop', atOnce });
      for (const [each, at] of late.slice(0, 10)) world.take(each, at);
      for (const id of world.processes.keys()) world.ends(id);
      assert.equal(world.processes.size, 0);
      assert.deepEqual(
        world.all.map(({ isEmptied }) => isEmptied),
        [1, 1, 1],
      );
    }),
    { numRuns: HISTORIES },
  );
});

test('a dead worker is replaced by the standby in the same moment, however often others have died', () => {
  const world = atRest();
  for (let deaths = 0; deaths < 8; deaths += 1) {
    const id = world.serving[0]?.state.serving?.id ?? 0;
    const standby = world.standby.state.serving?.id;
    world.ends(id);
    assert.equal(world.serving[0]?.state.starting?.id, standby);
    world.take({ kind: 'listens' }, 0);
    assert.equal(world.serving[0]?.state.serving?.id, standby);
    // The next standby is started later and later, and the slot does not wait longer for it than for any other start.
    world.pass(30_000);
    world.take({ kind: 'warms' }, 0);
  }
  assert.deepEqual([world.takeovers, world.counted], [8, 8]);
});

test('a blocked worker is replaced by the standby without a turn, and drained when its evidence is collected', () => {
  const world = atRest();
  world.take({ kind: 'sick', who: 0 }, 0);
  assert.equal(world.serving[0]?.state.starting?.id, 3);
  world.take({ kind: 'listens' }, 0);
  assert.deepEqual([world.serving[0]?.state.serving?.id, world.counted], [3, 1]);
  assert.equal(world.processes.get(1)?.isDismissed, false);
  world.take({ kind: 'collected', who: 0 }, 0);
  assert.equal(world.processes.get(1)?.isDismissed, true);
  assert.deepEqual(
    [...world.processes.keys()],
    [1, 2, 3],
    'while the blocked one is there, no other is started',
  );
  world.ends(1);
  world.settled();
  assert.deepEqual([...world.processes.keys()], [2, 3, 4]);
});

test('a slot that loses its worker while the standby is starting gets that one', () => {
  const world = atRest();
  world.ends(3);
  world.settled();
  assert.equal(world.standby.state.starting?.id, 4);
  world.ends(1);
  world.settled();
  assert.deepEqual([world.serving[0]?.state.starting?.id, world.standby.state.starting], [4, undefined]);
});

test('a standby that takes a place and does not serve within 5 s is replaced by a new process', () => {
  const world = atRest();
  world.ends(1);
  assert.equal(world.serving[0]?.state.starting?.id, 3);
  world.pass(4900);
  assert.equal(world.processes.get(3)?.isDismissed, false);
  world.pass(200);
  assert.equal(world.processes.has(3), false);
  world.pass(CALM_MS);
  assert.ok((world.serving[0]?.state.starting?.id ?? 0) > 3);
});

test('a standby is not used for a rolling restart: it has loaded the old version', () => {
  const world = atRest();
  world.take({ kind: 'renew', trialMs: 0 }, 0);
  world.take({ kind: 'turn' }, 0);
  assert.deepEqual([world.serving[0]?.state.starting?.id, world.standby.state.serving?.id], [4, 3]);
  world.take({ kind: 'retired' }, 0);
  assert.equal(world.processes.get(3)?.isDismissed, true);
});
