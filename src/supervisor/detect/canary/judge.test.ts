import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptanceOf, problemOf } from './describe.ts';
import { FailureEvidence, logMeanPower } from './failures.ts';
import { HeapGrowth } from './heap.ts';
import { Judge, type Moment, type Verdict } from './judge.ts';
import { type Activity, NO_ACTIVITY, type Reading } from './reading.ts';

const NAMES = { fresh: 'worker 2', old: 'worker 1' };
const MB = 1024 * 1024;

function activity(answered: number, failed: number): Activity {
  const counts = { answered, failed, logSeconds: 0 };
  return { ...NO_ACTIVITY, routes: new Map([['GET /', counts]]), answered, failed };
}

/** A worker after some seconds with the same number of requests each. */
function reading(
  second: number,
  perSecond: number,
  more: Partial<Reading> & { seconds?: number } = {},
): Reading {
  const { seconds = 0.02, ...rest } = more;
  const answered = second * perSecond;
  const routes = new Map([['GET /', { answered, failed: 0, logSeconds: answered * Math.log(seconds) }]]);
  return { routes, cpuSeconds: 0.01 * answered, loopDelayMs: 1, heap: undefined, ...rest };
}

function judge(at: (second: number) => Omit<Moment, 'nowMs'>, seconds: number): Verdict | undefined {
  const judged = new Judge({ ...at(0), nowMs: 0 });
  for (let second = 1; second <= seconds; second += 1) {
    const verdict = judged.add({ ...at(second), nowMs: second * 1000 });
    if (verdict.kind === 'worse') return verdict;
  }
  return undefined;
}

test('the mean of a power of a hypergeometric number: by hand, and 1 for a ratio of 1', () => {
  // One failure, and each worker has it with a probability of a half.
  assert.ok(Math.abs(logMeanPower(3, 10, 10, 1) - Math.log(2)) < 1e-12);
  // Two failures in two and two requests: 0, 1 or 2 of them with 1/6, 4/6 and 1/6.
  assert.ok(Math.abs(logMeanPower(2, 2, 2, 2) - Math.log((1 + 8 + 4) / 6)) < 1e-12);
  assert.ok(Math.abs(logMeanPower(1, 30, 7, 12)) < 1e-12);
  assert.ok(Math.abs(logMeanPower(2, 3, 1, 4) - Math.log(8)) < 1e-12, 'all have failed');
});

test('one burst of errors, however large, is no evidence; nor are errors that both have, or that one alone could have', () => {
  const burst = new FailureEvidence();
  burst.take(activity(10_000, 10_000), activity(10_000, 0));
  assert.ok(burst.log <= Math.log(5) + 1e-12);
  const both = new FailureEvidence();
  for (let i = 0; i < 20; i += 1) both.take(activity(100, 20), activity(100, 20));
  assert.ok(both.log < 0);
  const alone = new FailureEvidence();
  alone.take(activity(100, 50), activity(0, 0));
  assert.equal(alone.log, 0);
});

test('a version that is twice as slow is found; one that differs by as much as clients differ in routes is not', () => {
  const slow = judge((second) => {
    return { fresh: reading(second, 50, { seconds: 0.04 }), old: new Map([[1, reading(second, 50)]]) };
  }, 20);
  assert.equal(slow?.kind === 'worse' && slow.what, 'latency');
  const otherRoutes = judge((second) => {
    const { routes } = reading(second, 50, { seconds: 2 });
    const report = routes.get('GET /');
    const fresh = reading(second, 50);
    return {
      fresh: {
        ...fresh,
        cpuSeconds: 5 * second,
        routes: report ? new Map([...fresh.routes, ['GET /report', report]]) : routes,
      },
      old: new Map([[1, reading(second, 50)]]),
    };
  }, 20);
  assert.equal(otherRoutes, undefined);
});

test('a version that takes twice the processor time is found, against several old workers', () => {
  const verdict = judge((second) => {
    const old = new Map([1, 2, 3].map((id) => [id, reading(second, 50)]));
    return { fresh: reading(second, 50, { cpuSeconds: second }), old };
  }, 20);
  assert.equal(verdict?.kind === 'worse' && verdict.what, 'cpu');
});

test('a cold start that ends is no fault', () => {
  const cold = (second: number): number => 50 * second + 400 * (1 - 2 ** -second);
  const verdict = judge((second) => {
    const routes = new Map([
      ['GET /', { answered: 50 * second, failed: 0, logSeconds: 0.01 * cold(second) }],
    ]);
    const old = new Map([['GET /', { answered: 50 * second, failed: 0, logSeconds: 0.5 * second }]]);
    return {
      fresh: { ...reading(second, 50), routes },
      old: new Map([[1, { ...reading(second, 50), routes: old }]]),
    };
  }, 60);
  assert.equal(verdict, undefined);
});

test('old workers may come and go; without traffic nothing is decided', () => {
  const verdict = judge((second) => {
    return { fresh: reading(0, 0), old: second < 5 ? new Map([[1, reading(second, 50)]]) : new Map() };
  }, 20);
  assert.equal(verdict, undefined);
});

test('the live heap: two collections and five seconds of growth that does not slow down, beyond that of the old version', () => {
  const grows = (paces: readonly number[], oldPace: number): boolean => {
    const heap = new HeapGrowth();
    let bytes = 20 * MB;
    for (const [i, pace] of [0, ...paces].entries()) {
      bytes += 3 * pace * MB;
      const usedBytes = 50 * MB + 3 * i * oldPace * MB;
      heap.take(
        3000 * i,
        { majorCollections: i, usedBytes: bytes, liveBytes: bytes },
        new Map([[1, { majorCollections: 0, usedBytes, liveBytes: 0 }]]),
      );
    }
    return heap.leakBytesPerSecond !== undefined;
  };
  assert.ok(grows([5, 5, 5], 0));
  assert.ok(!grows([9], 0), 'too few');
  assert.ok(!grows([5, 5, 5], 5), 'so does the old one');
  assert.ok(!grows([1, 1, 1, 1], 0), 'slowly');
  assert.ok(!grows([9, 9, 4, 2], 0), 'caches that fill');
});

test('a collection is wanted after 4 s of growth as of a leak, then ever later while none is found, and never of a large heap', () => {
  const wanted = (usedMb: (second: number) => number, isCollected: boolean): readonly number[] => {
    const heap = new HeapGrowth();
    const seconds: number[] = [];
    let majorCollections = 0;
    for (let second = 0; second <= 20; second += 1) {
      const usedBytes = usedMb(second) * MB;
      heap.take(1000 * second, { majorCollections, usedBytes, liveBytes: 20 * MB }, new Map());
      if (!heap.wantsCollection(1000 * second)) continue;
      seconds.push(second);
      if (isCollected) majorCollections += 1;
    }
    return seconds;
  };
  const garbage = (second: number): number => 20 + 9 * second;
  assert.deepEqual(wanted(garbage, true), [4, 13]);
  assert.deepEqual(wanted(garbage, false), [4, 8, 12, 16, 20], 'asked for again when it did not come');
  assert.deepEqual(
    wanted((second) => 20 + second, true),
    [],
  );
  assert.deepEqual(
    wanted((second) => 257 + 9 * second, true),
    [],
  );
});

test('verdicts in words', () => {
  const figures = {
    fresh: { answered: 312, failed: 16 },
    old: { answered: 298, failed: 0 },
    latencyRatio: 2.04,
    cpuRatio: 1,
    loopDelayRatio: 1,
    leakBytesPerSecond: 5 * MB,
    oldLeakBytesPerSecond: 0,
  };
  assert.equal(
    problemOf('errors', figures, NAMES),
    'worker 2 answers 5.1 % of requests with 5xx, worker 1 0.0 % (312 and 298 requests)',
  );
  assert.match(problemOf('latency', figures, NAMES), /^worker 2 takes 2\.0 times as long as worker 1 /);
  assert.match(
    problemOf('heap', figures, NAMES),
    /grows by 5\.0 MB\/s, that of worker 1 by at most 0\.0 MB\/s$/,
  );
  assert.match(acceptanceOf(figures, NAMES), /^worker 2 is no worse than worker 1: 5xx 5\.1 % and 0\.0 %, /);
  assert.equal(
    acceptanceOf({ ...figures, fresh: { answered: 3, failed: 0 } }, NAMES),
    'worker 2 is kept, but too few requests came to compare it with worker 1 (3 and 298 requests)',
  );
});
