import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Roster } from './roster.ts';
import { FakeCounted } from './fake-counted.test.ts';
import { Sweep } from './sweep.ts';

function swept(entries: readonly FakeCounted[], queueStartsMs: number, roomAside: number = Infinity): string {
  const roster = new Roster();
  for (const entry of entries) roster.add(entry);
  let answered = 0;
  let aside = 0;
  const sweep = new Sweep(roster, {
    answered: () => (answered += 1),
    stepsAside: () => {
      if (aside >= roomAside) return false;
      aside += 1;
      return true;
    },
  });
  sweep.run(queueStartsMs);
  return `${entries.map(({ place }) => place).join(' ')}, ${answered} answered, ${aside} aside`;
}

const eachStage = (arrivedMs: number): readonly FakeCounted[] => [
  new FakeCounted(arrivedMs, 'waiting'),
  new FakeCounted(arrivedMs, 'sending'),
  new FakeCounted(arrivedMs, 'answered'),
];

test('in the queue, only what is answered leaves', () => {
  assert.equal(swept(eachStage(100), 100), 'queue queue none, 1 answered, 0 aside');
});

test('what is not in the queue leaves, and if nothing was sent of its answer, it steps aside', () => {
  assert.equal(swept(eachStage(99), 100), 'aside none none, 2 answered, 1 aside');
});

test('without room aside it stays where it is, while streams still leave', () => {
  const entries = [...eachStage(1), ...eachStage(2)];
  assert.equal(swept(entries, 100, 1), 'aside none none queue none none, 4 answered, 1 aside');
});

test('while there is room it happens ten times a second; without, the more often the fewer there are', () => {
  const roster = new Roster();
  for (let i = 0; i < 100; i += 1) roster.add(new FakeCounted(0, 'waiting'));
  const sweep = new Sweep(roster, { answered: () => {}, stepsAside: () => false });
  assert.ok(sweep.isDue(0, false));
  sweep.run(-1);
  assert.ok(!sweep.isDue(0.3, true));
  assert.ok(sweep.isDue(0.4, true));
  assert.ok(!sweep.isDue(100, false));
  assert.ok(sweep.isDue(100.4, false));
});
