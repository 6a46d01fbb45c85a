import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Counted, type Place, Roster, type Stage } from './roster.ts';
import { Sweep } from './sweep.ts';

class Entry implements Counted {
  older: Counted | undefined;
  younger: Counted | undefined;
  place: Place = 'line';
  readonly arrivedMs: number;
  readonly #stage: Stage;

  constructor(arrivedMs: number, stage: Stage) {
    this.arrivedMs = arrivedMs;
    this.#stage = stage;
  }

  stage(): Stage {
    return this.#stage;
  }

  moveTo(place: Place): void {
    this.place = place;
  }
}

function swept(entries: readonly Entry[], lineStartsMs: number, roomAside: number = Infinity): string {
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
  sweep.run(lineStartsMs);
  return `${entries.map(({ place }) => place).join(' ')}, ${answered} answered, ${aside} aside`;
}

const eachStage = (arrivedMs: number): readonly Entry[] => [
  new Entry(arrivedMs, 'waiting'),
  new Entry(arrivedMs, 'sending'),
  new Entry(arrivedMs, 'answered'),
];

test('in line, only what is answered leaves', () => {
  assert.equal(swept(eachStage(100), 100), 'line line none, 1 answered, 0 aside');
});

test('what is not in line leaves, and if nothing was sent of its answer, it steps aside', () => {
  assert.equal(swept(eachStage(99), 100), 'aside none none, 2 answered, 1 aside');
});

test('without room aside it stays where it is, while streams still leave', () => {
  const entries = [...eachStage(1), ...eachStage(2)];
  assert.equal(swept(entries, 100, 1), 'aside none none line none none, 4 answered, 1 aside');
});

test('while there is room it happens ten times a second; without, the more often the fewer there are', () => {
  const roster = new Roster();
  for (let i = 0; i < 100; i += 1) roster.add(new Entry(0, 'waiting'));
  const sweep = new Sweep(roster, { answered: () => {}, stepsAside: () => false });
  assert.ok(sweep.isDue(0, false));
  sweep.run(-1);
  assert.ok(!sweep.isDue(0.3, true));
  assert.ok(sweep.isDue(0.4, true));
  assert.ok(!sweep.isDue(100, false));
  assert.ok(sweep.isDue(100.4, false));
});
