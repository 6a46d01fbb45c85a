import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Departure } from './departure.ts';

interface Setup {
  readonly departure: Departure;
  readonly said: string[];
  readonly pass: (ms: number) => void;
}

function setup(t: TestContext, waitMs: number): Setup {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 5000;
  const said: string[] = [];
  const say = (_fields: object, message: string): void => {
    said.push(message);
  };
  const log = { debug: say, info: say, warn: say, error: say };
  return {
    departure: new Departure({ waitMs, log, nowMs: () => nowMs }),
    said,
    pass(ms) {
      nowMs += ms;
      t.mock.timers.tick(ms);
    },
  };
}

test('without a wait it stops at once, and says nothing', (t) => {
  const { departure, said } = setup(t, 0);
  departure.finish(() => said.push('stop'));
  assert.equal(departure.isWaiting, false);
  assert.deepEqual(said, ['stop']);
});

test('it stops when the wait is over, not before', (t) => {
  const { departure, said, pass } = setup(t, 3500);
  departure.finish(() => said.push('stop'));
  assert.match(said[0] ?? '', /another 3\.5 s/);
  pass(3499);
  assert.equal(departure.isWaiting, true);
  assert.equal(said.length, 1);
  pass(1);
  assert.equal(departure.isWaiting, false);
  assert.equal(said[1], 'stop');
});

test('the time since readiness went down counts, from the first time on', (t) => {
  const { departure, said, pass } = setup(t, 3500);
  departure.begin();
  pass(2000);
  departure.begin();
  departure.finish(() => said.push('stop'));
  assert.match(said[0] ?? '', /another 1\.5 s/);
  pass(1500);
  assert.equal(said[1], 'stop');
});

test('when readiness has been down for long enough it stops at once', (t) => {
  const { departure, said, pass } = setup(t, 3500);
  departure.begin();
  pass(60_000);
  departure.finish(() => said.push('stop'));
  assert.deepEqual(said, ['stop']);
});

test('cancelled, it stops nothing', (t) => {
  const { departure, said, pass } = setup(t, 3500);
  departure.finish(() => said.push('stop'));
  departure.cancel();
  assert.equal(departure.isWaiting, false);
  pass(10_000);
  assert.equal(said.length, 1);
});
