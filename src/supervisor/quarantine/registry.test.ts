import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Suspect } from '../../worker/index.ts';
import {
  FORGET_AFTER_MS,
  MAX_QUARANTINES,
  MEMORY_MS,
  PROBE_AFTER_MS,
  PROBE_EVERYONE_AFTER_MS,
  QuarantineRegistry,
} from './registry.ts';

/** A request of a caller; its shape is one of all callers. */
function suspect(caller: string, value = 'bad', isNamed = true, shape = 'shape'): Suspect {
  return {
    name: 'GET /search',
    request: `${caller} ${shape} ${value}`,
    caller: `${caller} ${shape}`,
    shape,
    place: 'place',
    identity: caller,
    isNamed,
  };
}

interface Made {
  readonly registry: QuarantineRegistry;
  readonly dies: (on: Suspect, atMs: number) => string | undefined;
  readonly sheds: (request: Suspect, atMs: number) => boolean;
}

function make(): Made {
  const registry = new QuarantineRegistry();
  let worker = 0;
  return {
    registry,
    dies: (on, atMs) => registry.died((worker += 1), on, atMs)?.scope,
    sheds: ({ request, caller, shape }, atMs) =>
      registry.rules(atMs, false).some(({ key }) => [request, caller, shape].includes(key)),
  };
}

test('the second worker that dies on the same request puts it into quarantine', () => {
  const { registry, dies, sheds } = make();
  assert.equal(dies(suspect('eve', 'bad', false), 0), undefined);
  assert.equal(registry.isSuspected(suspect('eve', 'bad', false), 1), true);
  assert.equal(dies(suspect('eve', 'bad', false), 1000), 'request');
  assert.deepEqual(
    [sheds(suspect('eve', 'bad'), 2000), sheds(suspect('eve', 'good'), 2000), sheds(suspect('ann'), 2000)],
    [true, false, false],
  );
});

test('one worker counts once, and deaths ten minutes apart have nothing to do with each other', () => {
  const { registry, dies } = make();
  registry.died(100, suspect('eve'), 0);
  assert.equal(registry.died(100, suspect('eve'), 1), undefined);
  assert.equal(dies(suspect('eve'), MEMORY_MS), undefined);
  assert.equal(dies(suspect('eve'), MEMORY_MS + 1), 'request');
});

test('a request that was answered in between is not what workers die of', () => {
  const { registry, dies } = make();
  dies(suspect('eve', 'bad', false), 0);
  registry.served([suspect('eve', 'bad').request], 500);
  assert.equal(dies(suspect('eve', 'bad', false), 1000), undefined);
});

test('a named caller that varies its request loses the shape', () => {
  const { dies, sheds } = make();
  assert.equal(dies(suspect('eve', 'one'), 0), undefined);
  assert.equal(dies(suspect('eve', 'two'), 1), 'caller');
  assert.deepEqual([sheds(suspect('eve', 'three'), 2), sheds(suspect('ann', 'three'), 2)], [true, false]);
});

test('an address may be many callers: it loses the shape only when nothing of it was answered for a while', () => {
  const soon = make();
  soon.dies(suspect('proxy', 'one', false), 0);
  assert.equal(soon.dies(suspect('proxy', 'two', false), 9999), undefined);
  assert.equal(soon.dies(suspect('proxy', 'three', false), 10_000), 'caller');
  const served = make();
  served.dies(suspect('proxy', 'one', false), 0);
  served.registry.served([suspect('proxy').caller], 5000);
  assert.equal(served.dies(suspect('proxy', 'two', false), 20_000), undefined);
});

test('all callers lose a shape that several died on for a minute and that was never answered', () => {
  const { dies, sheds } = make();
  for (const [i, caller] of ['ann', 'bob', 'cid'].entries())
    assert.equal(dies(suspect(caller, 'any'), i * 30_000), i === 2 ? 'everyone' : undefined);
  assert.equal(sheds(suspect('dan', 'any'), 61_000), true);
});

test('an attacker with 100 identities never has requests shed of a caller that is served', () => {
  const event = fc.record({
    attacker: fc.nat(99),
    value: fc.nat(3),
    afterMs: fc.nat(40_000),
    isNamed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 60 }), (events) => {
      const { registry, dies, sheds } = make();
      const victim = suspect('victim', 'good');
      let nowMs = 0;
      for (const { attacker, value, afterMs, isNamed } of events) {
        nowMs += afterMs;
        dies(suspect(`attacker ${attacker}`, String(value), isNamed), nowMs);
        assert.equal(sheds(victim, nowMs), false);
        // Workers report that it was answered: its fingerprints are watched for since the death.
        registry.served([victim.request, victim.caller, victim.shape], nowMs + 1);
        nowMs += 1;
      }
    }),
  );
});

test('after an hour one worker may let a probe through; it ends the quarantine, or renews it', () => {
  const { registry, dies } = make();
  dies(suspect('eve'), 0);
  dies(suspect('eve'), 0);
  const probes = (atMs: number, isProber = true): boolean =>
    registry.rules(atMs, isProber).some((rule) => rule.probes);
  assert.deepEqual(
    [probes(PROBE_AFTER_MS - 1), probes(PROBE_AFTER_MS), probes(PROBE_AFTER_MS, false)],
    [false, true, false],
  );
  dies(suspect('eve'), PROBE_AFTER_MS);
  assert.equal(registry.entries.length, 1);
  assert.deepEqual([probes(2 * PROBE_AFTER_MS - 1), probes(2 * PROBE_AFTER_MS)], [false, true]);
  assert.equal(registry.release('q1')?.id, 'q1');
  assert.deepEqual(registry.rules(2 * PROBE_AFTER_MS, true), []);
  assert.equal(registry.release('q1'), undefined);
});

test('a quarantine of all callers is probed after a minute, then after twice as long', () => {
  const { registry, dies } = make();
  for (const [i, caller] of ['ann', 'bob', 'cid'].entries()) dies(suspect(caller), i * 30_000);
  const probeMs = (): number => registry.entries[0]?.probeMs ?? 0;
  assert.equal(probeMs(), 60_000 + PROBE_EVERYONE_AFTER_MS);
  dies(suspect('dan'), 120_000);
  assert.equal(probeMs(), 120_000 + 2 * PROBE_EVERYONE_AFTER_MS);
});

test('a quarantine that nothing asks to leave any more is over', () => {
  const { registry, dies } = make();
  dies(suspect('eve'), 0);
  dies(suspect('eve'), 0);
  const endMs = PROBE_AFTER_MS + FORGET_AFTER_MS;
  assert.deepEqual(registry.expire(endMs - 1), []);
  assert.equal(registry.expire(endMs).length, 1);
  assert.deepEqual(registry.entries, []);
});

test('what was released takes two more deaths', () => {
  const { registry, dies } = make();
  dies(suspect('eve'), 0);
  dies(suspect('eve'), 0);
  registry.release('q1');
  assert.equal(dies(suspect('eve'), 10), undefined);
  assert.equal(dies(suspect('eve'), 20), 'request');
});

test('there is a maximum of quarantines', () => {
  const { registry, dies } = make();
  for (let i = 0; i < MAX_QUARANTINES + 5; i += 1) {
    dies(suspect(`caller ${i}`, 'bad', true, `shape ${i}`), i);
    dies(suspect(`caller ${i}`, 'bad', true, `shape ${i}`), i);
  }
  assert.deepEqual([registry.entries.length, registry.isFull], [MAX_QUARANTINES, true]);
});

test('a death is remembered as an alert also when no request is known', () => {
  const { registry } = make();
  assert.equal(registry.isAlert(0), false);
  registry.alert(0);
  assert.deepEqual([registry.isAlert(MEMORY_MS - 1), registry.isAlert(MEMORY_MS)], [true, false]);
});
