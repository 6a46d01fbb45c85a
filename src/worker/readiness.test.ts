import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthStatus, IndicatorReport } from '../core/health-link.ts';
import type { ToSupervisor } from './protocol.ts';
import { Readiness } from './readiness.ts';

function report(name: string, status: HealthStatus, own: Partial<IndicatorReport> = {}): IndicatorReport {
  return {
    name,
    groups: ['ready'],
    critical: true,
    status,
    sinceMs: 0,
    peer: undefined,
    trouble: undefined,
    slowSinceMs: undefined,
    error: undefined,
    durationMs: undefined,
    checkedAtMs: undefined,
    details: {},
    ...own,
  };
}

function create(given: {
  byMessage?: boolean;
  waitsForHealth?: boolean;
  isStandby?: boolean;
  warmUp?: (signal: AbortSignal) => Promise<void>;
}): {
  readiness: Readiness;
  said: ToSupervisor[];
  opened: () => number;
} {
  const said: ToSupervisor[] = [];
  let opened = 0;
  const { byMessage = false, waitsForHealth = false, isStandby = false, warmUp } = given;
  const readiness = new Readiness({
    byMessage,
    waitsForHealth,
    isStandby,
    warmUp,
    tell: (message) => said.push(message),
    open: () => (opened += 1),
  });
  return { readiness, said, opened: () => opened };
}

test('without conditions a worker accepts when it listens, and nothing is said', () => {
  const { readiness, said } = create({ waitsForHealth: true });
  readiness.reported([
    report('a', 'UP'),
    report('b', 'DOWN', { critical: false }),
    report('c', 'DOWN', { groups: ['billing'] }),
  ]);
  readiness.listens();
  readiness.reported([report('a', 'DOWN')]);
  assert.deepEqual([readiness.isHeld, said], [false, []]);
});

test('the message may come before or after it listens', () => {
  for (const isEarly of [true, false]) {
    const { readiness, said, opened } = create({ byMessage: true });
    if (isEarly) readiness.saidReady();
    readiness.listens();
    readiness.listens();
    assert.equal(readiness.isHeld, !isEarly);
    if (!isEarly) readiness.saidReady();
    readiness.saidReady();
    assert.equal(readiness.isHeld, false);
    assert.deepEqual(said.at(-1), { kind: 'waits', conditions: [], indicators: [] });
    assert.equal(opened(), isEarly ? 0 : 1, 'nothing to open when nothing was held');
  }
});

test('critical indicators hold back a worker that takes the place of another, until all are up', () => {
  const { readiness, said, opened } = create({ waitsForHealth: true });
  readiness.reported([report('a', 'UNKNOWN'), report('b', 'UP')]);
  readiness.listens();
  assert.deepEqual(said, [{ kind: 'waits', conditions: ['indicators'], indicators: ['a'] }]);
  readiness.reported([report('a', 'UP'), report('b', 'OUT_OF_SERVICE')]);
  assert.deepEqual([readiness.isHeld, opened()], [true, 0]);
  readiness.reported([report('a', 'UP'), report('b', 'UP')]);
  assert.deepEqual([readiness.isHeld, opened()], [false, 1]);

  const first = create({ waitsForHealth: false });
  first.readiness.reported([report('a', 'DOWN')]);
  first.readiness.listens();
  assert.equal(first.readiness.isHeld, false);
});

test('both conditions have to be met, unless the supervisor says otherwise', () => {
  const { readiness, opened } = create({ byMessage: true, waitsForHealth: true });
  readiness.reported([report('a', 'DOWN')]);
  readiness.listens();
  readiness.saidReady();
  assert.equal(readiness.isHeld, true);
  readiness.openAnyway();
  readiness.openAnyway();
  readiness.reported([report('a', 'UP')]);
  assert.deepEqual([readiness.isHeld, opened()], [false, 1]);
});

test('the warm-up comes last, and ends when the worker is to accept at once', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const warmUp = async (signal: AbortSignal): Promise<void> => {
    signals.push(signal);
    return promise;
  };
  const { readiness, opened } = create({ byMessage: true, warmUp });
  readiness.listens();
  await new Promise(setImmediate);
  assert.equal(signals.length, 0, 'the script is not ready');
  readiness.saidReady();
  assert.deepEqual([signals.length, readiness.isHeld], [1, true]);
  resolve();
  await new Promise(setImmediate);
  assert.deepEqual([readiness.isHeld, opened()], [false, 1]);

  const other = create({ warmUp });
  other.readiness.listens();
  await new Promise(setImmediate);
  other.readiness.openAnyway();
  assert.equal(signals[1]?.aborted, true);
});

test('a standby warms up, and accepts nothing until it has a place', async () => {
  let warmUps = 0;
  const warmUp = async (): Promise<void> => void (warmUps += 1);
  const { readiness, said, opened } = create({ isStandby: true, warmUp });
  readiness.listens();
  await new Promise(setImmediate);
  assert.deepEqual([warmUps, readiness.isHeld, opened()], [1, true, 0]);
  assert.deepEqual(said.at(-1), { kind: 'waits', conditions: ['standby'], indicators: [] });
  readiness.serves();
  readiness.serves();
  assert.deepEqual([readiness.isHeld, opened()], [false, 1]);
  assert.deepEqual(said.at(-1), { kind: 'waits', conditions: [], indicators: [] });
});

test('a standby that gets a place before it listens accepts as soon as it does', () => {
  const { readiness, said, opened } = create({ isStandby: true, waitsForHealth: true });
  readiness.reported([report('a', 'DOWN')]);
  readiness.serves();
  assert.deepEqual(said, [{ kind: 'waits', conditions: [], indicators: ['a'] }]);
  readiness.listens();
  assert.deepEqual([readiness.isHeld, opened()], [true, 0], 'its own indicators come first');
  readiness.reported([report('a', 'UP')]);
  assert.deepEqual([readiness.isHeld, opened()], [false, 1]);
});
