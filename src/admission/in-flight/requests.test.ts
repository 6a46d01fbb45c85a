import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Listed, RequestsInFlight, type Settled } from './requests.ts';

type Entry = Listed & Settled & { waits: boolean; hasBegun: boolean; outcome: Settled['outcome'] };

function request(arrivedMs: number, name = 'GET /', waits = true): Entry {
  return {
    arrivedMs,
    name,
    waits,
    hasBegun: false,
    older: undefined,
    younger: undefined,
    waitedMs: 0,
    stage: () => 'waiting',
    moveTo: () => {},
    outcome: undefined,
    isExempt: false,
    isShed: false,
    status: 200,
  };
}

function end(list: RequestsInFlight, entry: Entry, outcome: Settled['outcome'], nowMs = 0): void {
  entry.outcome = outcome;
  list.ended(entry);
  list.settled(entry, nowMs);
}

test('those that wait are counted, with the age of the oldest; those whose answer is on its way are not', () => {
  const list = new RequestsInFlight();
  const [streams, first, second] = [request(0, 'GET /', false), request(100), request(200)];
  for (const each of [streams, first, second]) list.addBeside(each);
  assert.deepEqual(list.look(1100), { count: 2, oldestMs: 1000 });
  first.waits = false;
  assert.deepEqual(list.look(1200), { count: 1, oldestMs: 1000 });
});

test('requests that were answered teach what is usual, abandoned ones are reported by themselves', () => {
  const list = new RequestsInFlight();
  const [answered, left, stream] = [request(0), request(0, 'GET /users/17'), request(0, 'GET /events')];
  for (const each of [answered, left, stream]) list.addBeside(each);
  list.look(7000);
  stream.hasBegun = true;
  end(list, stream, 'cancelled', 7500);
  end(list, left, 'cancelled', 7500);
  end(list, answered, 'completed', 7600);
  const usual = { usualMs: 8000, longestMs: 7600, count: 1 };
  assert.deepEqual(list.traffic(8000), {
    answered: [
      { kind: 'GET /events', ...usual, longestMs: 7500 },
      { kind: 'GET /', ...usual },
    ],
    gaveUp: [{ kind: 'GET /users/*', waitedMs: 7500 }],
    waiting: [],
  });
  assert.deepEqual([list.completed, list.abandoned], [3, 1]);
  const late = request(8000, 'GET /late');
  list.addBeside(late);
  list.addBeside(request(9900));
  assert.deepEqual(list.traffic(10_000), {
    answered: [],
    gaveUp: [],
    waiting: [{ kind: 'GET /late', waitedMs: 2000 }],
  });
});

test('by route, those that have waited for long enough, most first', () => {
  const list = new RequestsInFlight();
  for (let i = 0; i < 3; i += 1) list.addBeside(request(i, 'GET /b'));
  list.addBeside(request(10, 'GET /a'));
  list.addBeside(request(20, 'GET /c', false));
  assert.deepEqual(
    list.describeAll(1000).map(({ route }) => route),
    ['GET /b', 'GET /a', 'GET /c'],
  );
  for (let i = 0; i < 20; i += 1) list.addBeside(request(900 + i, `GET /late/${i}`));
  assert.deepEqual(list.describe(1000, 500), [
    { route: 'GET /b', count: 3, oldestMs: 1000 },
    { route: 'GET /a', count: 1, oldestMs: 990 },
  ]);
  assert.equal(list.describe(10_000, 500).length, 10, 'bounded');
});

test('only what was answered or given up counts as done', () => {
  const list = new RequestsInFlight();
  end(list, request(0), 'completed');
  end(list, request(0), 'cancelled');
  end(list, request(0), undefined);
  assert.deepEqual([list.completed, list.abandoned], [2, 1]);
});
