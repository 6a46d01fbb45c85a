import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anIncident, statusAnswer } from './fake-status.test.ts';
import { standing, traffic } from './figures.ts';
import { History } from './history.ts';

test('since the start: refusals are neither failures nor latency', () => {
  const { served, failed, refused, refusedBy, p50Seconds, p99Seconds } = traffic(
    statusAnswer({ served: [50, 50, 0, 0], failed: 2, refused: { priority: 3, turn: 7 } }),
  );
  assert.deepEqual([served, failed, refused], [100, 2, 10]);
  assert.deepEqual(refusedBy, [
    ['turn', 7],
    ['priority', 3],
  ]);
  assert.deepEqual([p50Seconds, (p99Seconds ?? 0) > 0.09 && (p99Seconds ?? 0) <= 0.1], [0.01, true]);
});

test('between two readings: only what has changed', () => {
  const before = statusAnswer({ served: [100, 0, 0, 0], refused: { turn: 5 } });
  const now = statusAnswer({ served: [100, 0, 10, 0], failed: 1, refused: { turn: 5, bytes: 2 } });
  const { served, failed, refusedBy, p50Seconds } = traffic(now, before);
  assert.deepEqual([served, failed, refusedBy], [10, 1, [['bytes', 2]]]);
  assert.ok((p50Seconds ?? 0) > 0.1);
  assert.equal(traffic(now, now).p50Seconds, undefined);
});

test('well is: running, every place ready, no incident open', () => {
  const TABLE = [
    [{ workers: ['ready', 'ready'] }, []],
    [{ workers: ['ready', 'starting'] }, ['1 of 2 workers ready']],
    [{ workers: ['unresponsive'] }, ['0 of 1 workers ready', 'worker 1 does not respond']],
    [{ state: 'draining' }, ['draining']],
    [{ incidents: [anIncident()] }, ['1 incident open']],
    [{ incidents: [anIncident({ endedAtMs: 2000 })] }, []],
  ] as const;
  for (const [given, problems] of TABLE) {
    const now = standing(statusAnswer(given));
    assert.deepEqual([now.problems, now.isWell], [problems, problems.length === 0]);
  }
});

test('limits and memory are summed, the loop is the slowest one’s, of those that respond', () => {
  const now = standing(statusAnswer({ workers: ['ready', 'unresponsive'] }));
  assert.deepEqual(
    [now.inFlight, now.limit, now.utilization, now.fullestResource, now.rssBytes, now.loopDelaySeconds],
    [16, 64, 0.75, 'event-loop', 200 * 1024 * 1024, 0.012],
  );
  assert.equal(standing(statusAnswer({ workers: ['unresponsive'] })).loopDelaySeconds, undefined);
});

test('rates are taken over five seconds, of one instance', () => {
  const history = new History();
  const beganAtMs = (): number | undefined => history.before?.atMs;
  assert.equal(beganAtMs(), undefined);
  const status = statusAnswer();
  history.add({ atMs: 0, status });
  assert.equal(beganAtMs(), undefined);
  for (let atMs = 1000; atMs <= 20_000; atMs += 1000) history.add({ atMs, status });
  assert.equal(beganAtMs(), 15_000);
  history.add({ atMs: 60_000, status });
  assert.equal(beganAtMs(), 20_000);
  history.add({ atMs: 61_000, status: { ...status, startedAtMs: 60_500 } });
  assert.equal(beganAtMs(), undefined);
});
