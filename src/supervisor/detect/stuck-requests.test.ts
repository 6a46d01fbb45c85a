import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WatchdogReport } from '../../worker/index.ts';
import type { Finding } from './finding.ts';
import { resolveDetectOptions } from './options.ts';
import { findStuckRequests, type Silence } from './stuck-requests.ts';

const options = resolveDetectOptions().stuckRequests || assert.fail();

/** One report in each second, from `second` on whatever is given for it. */
function watch(
  seconds: number,
  at: (second: number) => Partial<WatchdogReport>,
): { readonly second: number; readonly finding: Finding } | undefined {
  let silence: Silence | undefined;
  for (let second = 0; second <= seconds; second += 1) {
    const report = {
      completions: 100,
      abandoned: 0,
      waiting: 0,
      oldestWaitingMs: 0,
      longestWaitMs: 0,
      utilization: 0.02,
      ...at(second),
    } as WatchdogReport;
    const judged = findStuckRequests(silence, 3, report, second * 1000, options);
    silence = judged.silence;
    if (judged.finding !== undefined) return { second, finding: judged.finding };
  }
  return undefined;
}

test('five requests wait and none is answered: found after 30 s', () => {
  const found = watch(100, (second) => ({ waiting: 7, oldestWaitingMs: second * 1000 }));
  assert.equal(found?.second, 30);
  assert.equal(
    found.finding.summary,
    'worker 3 has answered nothing for 30 s although its event loop is idle: 7 requests wait',
  );
  assert.equal(found.finding.severity, 'replace');
});

test('four are not enough, nor do the 30 s begin before there are five', () => {
  assert.equal(
    watch(300, () => ({ waiting: 4 })),
    undefined,
  );
  assert.equal(watch(300, (second) => ({ waiting: second < 100 ? 4 : 5 }))?.second, 130);
});

test('clients that give up have not been answered, and count as well', () => {
  const abandoned = (second: number): number => Math.floor(second / 10) * 3;
  const found = watch(100, (second) => ({
    waiting: 3,
    abandoned: abandoned(second),
    completions: 100 + abandoned(second),
  }));
  assert.equal(found?.second, 40);
  assert.match(found.finding.facts.join('\n'), /12 more were given up by their clients/);
});

test('those that gave up long ago, while nobody else asked, are forgotten', () => {
  const found = watch(300, (second) => ({
    waiting: second % 60 < 2 ? 3 : 0,
    abandoned: Math.floor(second / 60) * 3,
    completions: 100 + Math.floor(second / 60) * 3,
  }));
  assert.equal(found, undefined);
});

test('whatever answers, however rarely, and whatever is busy, is not stuck', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 29 }), fc.nat({ max: 10_000 }), (every, waiting) => {
      const answers = (second: number): Partial<WatchdogReport> => ({
        waiting,
        completions: 100 + Math.floor(second / every),
      });
      assert.equal(watch(200, answers), undefined);
      assert.equal(
        watch(200, () => ({ waiting, utilization: 0.51 })),
        undefined,
      );
    }),
  );
});

test('long polls are given as long as one has taken, and half of that', () => {
  assert.equal(watch(100, () => ({ waiting: 50, longestWaitMs: 60_000 }))?.second, 90);
});

test('a worker that has never answered anything is given two minutes: nothing is known about what is usual', () => {
  assert.equal(watch(300, () => ({ waiting: 50, completions: 0 }))?.second, 120);
});
