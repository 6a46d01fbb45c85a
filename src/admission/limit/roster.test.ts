import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Counted, Roster, strike } from './roster.ts';

function entry(arrivedMs: number): Counted {
  return { arrivedMs, older: undefined, younger: undefined, stage: () => 'waiting', moveTo: () => {} };
}

function agesOf(roster: Roster): readonly number[] {
  const found: number[] = [];
  for (let at = roster.oldest; at !== undefined; at = roster.after(at)) found.push(at.arrivedMs);
  return found;
}

test('in whatever order requests come and go, those left are there, oldest first', () => {
  const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat()), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (actions) => {
      const roster = new Roster();
      let model: Counted[] = [];
      actions.forEach((action, i) => {
        if (action === 'add') {
          const added = entry(i);
          roster.add(added);
          model.push(added);
        } else if (model.length > 0) {
          const gone = model[action % model.length];
          assert.ok(gone !== undefined);
          strike(gone);
          strike(gone);
          model = model.filter((other) => other !== gone);
        }
        assert.deepEqual(
          agesOf(roster),
          model.map(({ arrivedMs }) => arrivedMs),
        );
      });
    }),
  );
});

test('a request that was never on a roster can be struck', () => {
  const alone = entry(1);
  strike(alone);
  assert.equal(alone.older, undefined);
});
