import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSparse, isSteppingAside, isStuck, LimitWindow } from './window.ts';

function completing(window: LimitWindow, count: number, latencyMs: (i: number) => number): void {
  for (let i = 0; i < count; i += 1) {
    window.admitted(10);
    window.completed(latencyMs(i));
  }
}

test('equal requests need no more than the least count and time', () => {
  const window = new LimitWindow(1000);
  completing(window, 19, () => 20);
  assert.equal(window.take(1100), undefined, 'too few');
  completing(window, 1, () => 20);
  assert.equal(window.take(1099), undefined, 'too early');
  const sample = window.take(1100);
  assert.deepEqual(sample, {
    elapsedMs: 100,
    completed: 20,
    answered: 0,
    steppedAside: 0,
    failed: 0,
    cancelled: 0,
    shed: 0,
    meanInFlight: 10,
    peakInFlight: 10,
    meanLatencyMs: 20,
    latencyError: 0,
  });
});

test('unequal requests need more of them, but not forever', () => {
  const window = new LimitWindow(0);
  completing(window, 100, (i) => (i % 10 === 0 ? 50 : 1));
  assert.equal(window.take(300), undefined);
  const sample = window.take(600);
  assert.equal(sample?.completed, 100);
  assert.ok(Math.abs(sample.meanLatencyMs - 5.9) < 1e-9);
  // Standard deviation 14.7 ms, over √100, as a share of 5.9 ms.
  assert.ok(Math.abs(sample.latencyError - 14.7 / 10 / 5.9) < 1e-3);
});

test('a window lasts twice as long as a request, as long as that is short', () => {
  const window = new LimitWindow(0);
  completing(window, 50, () => 200);
  assert.equal(window.take(399), undefined);
  assert.notEqual(window.take(400), undefined);
  completing(window, 50, () => 5000);
  assert.notEqual(window.take(1000), undefined);
});

test('what is counted in one window is not counted in the next', () => {
  const window = new LimitWindow(0);
  completing(window, 20, () => 10);
  window.failed();
  window.cancelled();
  window.shed();
  const { failed, cancelled, shed } = window.take(100) ?? assert.fail();
  assert.deepEqual([failed, cancelled, shed], [1, 1, 1]);
  const next = window.take(5100) ?? assert.fail();
  assert.deepEqual(
    [next.completed, next.failed, next.cancelled, next.shed, next.meanInFlight, next.peakInFlight],
    [0, 0, 0, 0, 0, 0],
  );
  assert.equal(next.meanLatencyMs, 0);
});

test('a server that answers nobody is noticed after two seconds, an idle one after five', () => {
  const stuck = new LimitWindow(0);
  stuck.admitted(1);
  stuck.shed();
  assert.equal(stuck.take(1999), undefined);
  assert.ok(isStuck(stuck.take(2000) ?? assert.fail()));
  const idle = new LimitWindow(0);
  assert.equal(idle.take(4999), undefined);
  assert.ok(!isStuck(idle.take(5000) ?? assert.fail()));
});

test('requests whose answers are on their way fill a window, and only those that end have a latency', () => {
  const window = new LimitWindow(0);
  for (let i = 0; i < 20; i += 1) window.answered();
  const { answered, completed, meanLatencyMs } = window.take(100) ?? assert.fail();
  assert.deepEqual([answered, completed, meanLatencyMs], [20, 0, 0]);
});

test('when requests only step aside, half a second is enough to know', () => {
  const window = new LimitWindow(0);
  window.shed();
  completing(window, 2, () => 10);
  for (let i = 0; i < 3; i += 1) window.steppedAside();
  assert.equal(window.take(499), undefined);
  assert.ok(isSteppingAside(window.take(500) ?? assert.fail()));
});

test('clients that go away before most of the answers make it stuck too', () => {
  const window = new LimitWindow(0);
  completing(window, 3, () => 10);
  for (let i = 0; i < 4; i += 1) window.cancelled();
  window.shed();
  assert.ok(isStuck(window.take(2000) ?? assert.fail()));
});

test('a server that nobody waits for is stuck although it refuses nothing', () => {
  const window = new LimitWindow(0);
  completing(window, 2, () => 10);
  for (let i = 0; i < 20; i += 1) window.cancelled();
  assert.ok(isStuck(window.take(2000) ?? assert.fail()));
  completing(window, 3, () => 10);
  for (let i = 0; i < 20; i += 1) window.cancelled();
  assert.equal(window.take(4000), undefined, 'some are answered');
});

test('a window is not stuck while more requests are answered, in whatever way, than given up', () => {
  const ways: readonly ((window: LimitWindow) => void)[] = [
    (window) => window.completed(10),
    (window) => window.answered(),
    (window) => window.failed(),
  ];
  for (const [i, end] of ways.entries()) {
    const other = ways[(i + 1) % ways.length] ?? end;
    const window = new LimitWindow(0);
    window.shed();
    for (const each of [end, end, other, other]) each(window);
    for (let left = 0; left < 3; left += 1) window.cancelled();
    assert.equal(window.take(2000), undefined, `way ${i}`);
    assert.ok(!isStuck(window.take(5000) ?? assert.fail()));
  }
});

test('requests that end in any way, taken together, keep a window from stepping aside', () => {
  const window = new LimitWindow(0);
  window.shed();
  completing(window, 1, () => 10);
  window.answered();
  window.cancelled();
  for (let i = 0; i < 3; i += 1) window.steppedAside();
  assert.equal(window.take(500), undefined);
  const sample = window.take(5000) ?? assert.fail();
  assert.ok(!isSteppingAside(sample));
  assert.ok(isSteppingAside({ ...sample, steppedAside: 4 }));
});

test('the peak is the most in flight, not the last', () => {
  const window = new LimitWindow(0);
  for (const inFlight of [3, 10, 5]) window.admitted(inFlight);
  const { peakInFlight, meanInFlight } = window.take(5000) ?? assert.fail();
  assert.deepEqual([peakInFlight, meanInFlight], [10, 6]);
});

test('twenty answers of any kind are enough to say something', () => {
  assert.ok(isSparse({ completed: 10, answered: 9 }));
  assert.ok(!isSparse({ completed: 10, answered: 10 }));
});
