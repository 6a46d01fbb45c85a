import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capacity, estimateCapacity, type Given } from './estimate.ts';
import type { Window } from './window.ts';

function windowOf(given: Partial<Window> & { readonly latencySeconds?: number }): Window {
  const { rps = 100, latencySeconds = 0.005, ...rest } = given;
  return {
    rps,
    routes: new Map([['GET /', { rps, latencySeconds }]]),
    shedRps: 0,
    busy: 0.01 + 0.004 * rps,
    cores: 0.01 + 0.004 * rps,
    limitUse: 0.02,
    workers: 2,
    seconds: 10,
    ...rest,
  };
}

const many = (one: (i: number) => Window, count: number = 30): Window[] =>
  Array.from({ length: count }, (_, i) => one(i));

function estimate(windows: readonly Window[], given: Partial<Given> = {}): Capacity {
  return estimateCapacity({ windows, workers: 2, cores: 8, hasFixedLimit: false, ...given });
}

function known(found: Capacity): Extract<Capacity, { kind: 'known' }> {
  return found.kind === 'known' ? found : assert.fail(JSON.stringify(found));
}

test('an event loop is full when requests take all of its time, in each worker', () => {
  const found = known(estimate(many((i) => windowOf({ rps: 100 + i }))));
  assert.equal(found.bottleneck, 'event-loop');
  assert.ok(Math.abs(found.rps - 2 * 247.5) < 10, `${found.rps}`);
});

test('threads beside the event loop can use up the cores first', () => {
  const found = known(
    estimate(
      many((i) => windowOf({ rps: 100 + i, cores: 0.01 * (100 + i) })),
      { cores: 4 },
    ),
  );
  assert.equal(found.bottleneck, 'processor');
  assert.ok(Math.abs(found.rps - 400) < 20, `${found.rps}`);
});

test('a limit that the user has set is reached by Little’s law', () => {
  const given = (i: number): Window =>
    windowOf({ rps: 100 + i, limitUse: (100 + i) / 150, latencySeconds: 0.005 });
  const found = known(estimate(many(given), { hasFixedLimit: true }));
  assert.deepEqual([found.bottleneck, Math.round(found.rps)], ['limit', 300]);
  // One that was found while nothing was full says nothing.
  assert.equal(known(estimate(many(given))).bottleneck, 'event-loop');
});

test('what was completed under overload is the capacity', () => {
  const windows = [
    ...many(() => windowOf({ rps: 50 })),
    ...many(() => windowOf({ rps: 200, shedRps: 40 }), 3),
  ];
  const found = known(estimate(windows));
  assert.deepEqual(
    [found.bottleneck, found.rps, found.lowRps, Math.round(found.highRps)],
    ['overload', 400, 360, 440],
  );
});

test('what is shed in pauses, at less than was completed without them, is no sign of a full instance', () => {
  const windows = [
    ...many((i) => windowOf({ rps: 100 + i })),
    ...many(() => windowOf({ rps: 80, shedRps: 20 }), 3),
    ...many((i) => windowOf({ rps: 100 + i }), 3),
  ];
  assert.equal(known(estimate(windows)).bottleneck, 'event-loop');
});

test('what is shed while neither the loop nor the limit is nearly full is no sign of it either', () => {
  const windows = [
    ...many((i) => windowOf({ rps: 80 + i })),
    ...many(() => windowOf({ rps: 120, shedRps: 20 }), 5),
  ];
  assert.equal(known(estimate(windows)).bottleneck, 'event-loop');
});

test('too little traffic, or for too short a time', () => {
  for (const windows of [
    [],
    many(() => windowOf({ rps: 0, routes: new Map() })),
    many(() => windowOf({ rps: 100 }), 11),
    many(() => windowOf({ rps: 1 })),
  ]) {
    assert.deepEqual(estimate(windows), { kind: 'unknown', why: 'too-little-traffic', atLeastRps: 0 });
  }
});

test('requests that wait for something, at the same latency at each load: there is no sign of its end', () => {
  const found = estimate(
    many((i) => windowOf({ rps: 50 + i, latencySeconds: 0.1 + 0.001 * (i % 3), busy: 0.05 })),
  );
  assert.equal(found.kind === 'unknown' && found.why, 'no-waiting-seen');
  assert.ok(found.kind === 'unknown' && found.atLeastRps > 100, JSON.stringify(found));
});

test('streams and long polls are not waiting for their turn', () => {
  const found = known(
    estimate(
      many((i) => {
        const rps = 100 + i;
        const stream = { rps: 1, latencySeconds: 60 + i };
        return windowOf({
          rps,
          routes: new Map([
            ['GET /', { rps: rps - 1, latencySeconds: 0.005 }],
            ['GET /events', stream],
          ]),
        });
      }),
    ),
  );
  assert.equal(found.bottleneck, 'event-loop');
});
