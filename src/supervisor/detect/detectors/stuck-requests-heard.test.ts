// What the main thread tells, when it counts, and what is said of it; stuck-requests.test.ts goes through time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Unanswered, WatchdogReport } from '../../../worker/index.ts';
import { resolveDetectOptions } from './options.ts';
import { StuckRequests } from './stuck-requests.ts';
import { UsualWaits } from './usual-waits.ts';

const options = resolveDetectOptions().stuckRequests || assert.fail();
const ME = 3;
const NEIGHBOUR = 4;
const QUERY = { kind: 'GET /query', usualMs: 125, longestMs: 100, count: 50 };

/** As many requests that wait alike. */
function many(count: number, waitedMs: number, kind = QUERY.kind): readonly Unanswered[] {
  return Array.from({ length: count }, () => ({ kind, waitedMs }));
}

test('of many kinds three are named that others answer, and the one that most are of', () => {
  const kinds = ['GET /a', 'GET /b', 'GET /c', 'GET /d'];
  const usual = new UsualWaits();
  for (const id of [ME, NEIGHBOUR])
    usual.learn(
      id,
      kinds.map((kind) => ({ ...QUERY, kind })),
      0,
    );
  const stuck = new StuckRequests(ME, options, usual);
  stuck.judge(reportOf([]), 0);
  usual.learn(
    NEIGHBOUR,
    kinds.map((kind) => ({ ...QUERY, kind })),
    20_000,
  );
  const waiting = kinds.flatMap((kind) => many(kind === 'GET /c' ? 3 : 2, 30_000, kind));
  stuck.heard({ answered: [], gaveUp: [], waiting }, 30_000);
  const { facts } = stuck.judge(reportOf(waiting), 30_000) ?? assert.fail();
  assert.ok(facts.includes('other workers answer GET /a, GET /b, GET /c meanwhile'), facts.join('\n'));
  assert.ok(
    facts.includes('most are of the kind GET /c, which is usually answered sooner'),
    facts.join('\n'),
  );
});

test('what the main thread told more than three seconds ago says nothing; until then it goes on waiting', () => {
  for (const [heardMs, isFound] of [
    [28_000, true],
    [27_000, true],
    [26_999, false],
  ] as const) {
    const usual = new UsualWaits();
    usual.learn(ME, [QUERY], 0);
    const stuck = new StuckRequests(ME, options, usual);
    stuck.judge(reportOf([]), 0);
    const waiting = many(10, heardMs);
    stuck.heard({ answered: [], gaveUp: [], waiting }, heardMs);
    assert.equal(stuck.judge(reportOf(waiting), 30_000) !== undefined, isFound, `${heardMs}`);
  }
});

test('what was given up in the second of the last answer may have come before it', () => {
  const usual = new UsualWaits();
  usual.learn(ME, [QUERY], 0);
  usual.learn(NEIGHBOUR, [QUERY], 60_000);
  const given = (atMs: number): boolean => {
    const stuck = new StuckRequests(ME, options, usual);
    stuck.judge(reportOf([]), 10_000);
    stuck.heard({ answered: [], gaveUp: many(5, 5000), waiting: [] }, atMs);
    stuck.heard({ answered: [], gaveUp: many(1, 5000), waiting: [] }, 45_000);
    stuck.heard({ answered: [], gaveUp: [], waiting: [] }, 46_000);
    return stuck.judge(reportOf([]), 46_000) !== undefined;
  };
  assert.equal(given(10_999), false);
  assert.equal(given(11_000), true);
});

function reportOf(waits: readonly Unanswered[]): WatchdogReport {
  return {
    completions: 100,
    abandoned: 0,
    waiting: waits.length,
    oldestWaitingMs: waits[0]?.waitedMs ?? 0,
    utilization: 0.02,
  } as WatchdogReport;
}
