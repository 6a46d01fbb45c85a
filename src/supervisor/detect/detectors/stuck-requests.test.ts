import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Unanswered, WatchdogReport } from '../../../worker/index.ts';
import type { Finding } from './finding.ts';
import { resolveDetectOptions } from './options.ts';
import { StuckRequests } from './stuck-requests.ts';
import { UsualWaits } from './usual-waits.ts';

const options = resolveDetectOptions().stuckRequests || assert.fail();
type ResolvedStuckRequests = typeof options;
const ME = 3;
const NEIGHBOUR = 4;
const QUERY = { kind: 'GET /query', usualMs: 125, longestMs: 100, count: 50 };
const POLL = { kind: 'GET /poll', usualMs: 64_000, longestMs: 60_000, count: 50 };

interface Second extends Partial<WatchdogReport> {
  readonly gaveUp?: readonly Unanswered[];
  readonly waits?: readonly Unanswered[];
}

/** As many requests that wait alike. */
function many(count: number, waitedMs: number, kind = QUERY.kind): readonly Unanswered[] {
  return Array.from({ length: count }, () => ({ kind, waitedMs }));
}

/** A worker that has answered before, from second 0 on with what is given for each. @param neighbour Another one answers queries, all the time or up to this second. */
function watch(
  seconds: number,
  at: (second: number) => Second,
  neighbour: boolean | number = false,
  judgedBy: ResolvedStuckRequests = options,
): { readonly second: number; readonly finding: Finding } | undefined {
  const usual = new UsualWaits();
  usual.learn(ME, [QUERY, POLL], 0);
  const stuck = new StuckRequests(ME, judgedBy, usual);
  for (let second = 0; second <= seconds; second += 1) {
    const nowMs = second * 1000;
    if (neighbour === true || second < Number(neighbour)) usual.learn(NEIGHBOUR, [QUERY], nowMs);
    const { gaveUp = [], waits = [], ...more } = at(second);
    stuck.heard({ answered: [], gaveUp, waiting: waits }, nowMs);
    const finding = stuck.judge({ ...reportOf(waits), ...more }, nowMs);
    if (finding !== undefined) return { second, finding };
  }
  return undefined;
}

/** One client each second, each of which gives up after 2 s. */
const impatient = (second: number): Second => ({
  gaveUp: second < 2 ? [] : many(1, 2000),
  waits: [...many(second < 1 ? 0 : 1, 1000), ...many(1, 0)],
});

test('ten requests wait and none is answered: found after 30 s; after 60 s if there are only five', () => {
  const wait = (count: number) => (second: number) => ({ waits: many(count, second * 1000) });
  const found = watch(100, wait(10));
  assert.deepEqual([found?.second, found?.finding.severity], [30, 'replace']);
  assert.equal(
    found?.finding.summary,
    'worker 3 has answered nothing for 30 s although its event loop is idle: 10 requests wait',
  );
  assert.equal(watch(100, wait(9))?.second, 60);
  assert.equal(watch(100, wait(5))?.second, 60);
  assert.equal(watch(300, wait(4)), undefined);
});

test('another worker answers the same: five are enough, and nobody needs to wait at the same moment', () => {
  assert.equal(watch(100, (second) => ({ waits: many(5, second * 1000) }), true)?.second, 30);
  const found = watch(100, impatient, true);
  assert.equal(found?.second, 30);
  assert.deepEqual(found.finding.facts, [
    '2 requests wait for an answer, the oldest for 1 s',
    '29 requests were given up by their clients',
    'other workers answer GET /query meanwhile',
    'its event loop was busy for 2 % of that time',
    'most are of the kind GET /query, which is usually answered sooner',
  ]);
  assert.equal(found.finding.isAnsweredElsewhere, true);
});

test('a neighbour that stops answering at about the same time confirms nothing: it is what both depend on', () => {
  const wait = (second: number) => ({ waits: many(5, second * 1000) });
  assert.equal(watch(100, wait, 10)?.second, 60);
  assert.equal(watch(100, wait, 12)?.second, 30);
});

test('evidence adds up over quiet pauses, and is forgotten after ten minutes without any', () => {
  const every = (pause: number) => (second: number) => ({
    gaveUp: second > 0 && second % pause === 0 ? many(1, 5000) : [],
  });
  const found = watch(3000, every(60), true);
  assert.equal(found?.second, 300);
  assert.match(found.finding.summary, /5 requests were given up by their clients$/);
  assert.equal(watch(9000, every(700), true), undefined);
});

test('long polls and exports are given 1.5 times as long as the longest, and two minutes at least', () => {
  assert.equal(watch(300, (second) => ({ waits: many(50, second * 1000, POLL.kind) }))?.second, 120);
  const left = (waitedMs: number) => (): Second => ({ gaveUp: many(1, waitedMs, POLL.kind) });
  assert.equal(watch(300, left(119_000), true), undefined);
  assert.notEqual(watch(300, left(121_000)), undefined);
});

test('of a kind that no worker has answered nothing is known', () => {
  assert.equal(
    watch(600, (second) => ({ waits: many(50, second * 1000, 'GET /wait') })),
    undefined,
  );
  assert.equal(
    watch(600, () => ({ gaveUp: many(50, 30_000, 'GET /wait') })),
    undefined,
  );
});

test('a worker that answers anything, however rarely, or is busy, is not stuck', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 29 }), fc.nat({ max: 50 }), (every, count) => {
      const answers = (second: number): Second => ({
        waits: many(count, second * 1000),
        gaveUp: many(count, 5000),
        completions: 100 + Math.floor(second / every),
      });
      assert.equal(watch(200, answers, true), undefined);
      assert.equal(
        watch(200, () => ({ waits: many(count, 60_000), utilization: 0.51 }), true),
        undefined,
      );
    }),
  );
});

test('it is the mean utilization of the silence that counts, and half is idle enough', () => {
  const busy = (second: number): number => (second % 2 === 0 ? 1 : 0);
  const at = (utilization: (second: number) => number) => (second: number) => ({
    waits: many(10, second * 1000),
    utilization: utilization(second),
  });
  assert.equal(
    watch(
      100,
      at(() => 0.5),
    )?.second,
    30,
  );
  assert.equal(
    watch(
      40,
      at((second) => busy(second + 1)),
    )?.second,
    30,
  );
});

test('it is only found while requests come: a worker that is asked for nothing could not show that it answers again', () => {
  const until = (last: number) => (second: number) => ({ gaveUp: second <= last ? many(1, 2000) : [] });
  // The first arrived 2 s before it was given up, the silence began with the first report.
  assert.equal(watch(100, until(30), true)?.second, 30);
  assert.equal(watch(100, until(25), true)?.second, 30);
  assert.equal(watch(100, until(24), true), undefined);
});

test('one request is one: what waits, what was given up and by whom, and no neighbour', () => {
  const { finding } = watchOne((second) => ({ waits: many(1, second * 1000) })) ?? assert.fail();
  assert.match(finding.summary, /^worker 3 has answered nothing for \d+ s .*: 1 request waits$/);
  assert.deepEqual(finding.facts, [
    '1 request waits for an answer, the oldest for 60 s',
    'its event loop was busy for 2 % of that time',
    'most are of the kind GET /query, which is usually answered sooner',
  ]);
  assert.equal(finding.isAnsweredElsewhere, false);
  const left =
    watchOne((second) => ({ gaveUp: second === 2 || second === 62 ? many(1, 2000) : [] })) ?? assert.fail();
  assert.match(left.finding.summary, /: 2 requests were given up by their clients$/);
  const single = watchOne((second) => ({ gaveUp: second === 60 ? many(1, 60_000) : [] })) ?? assert.fail();
  assert.match(single.finding.summary, /: 1 request was given up by its client$/);
  assert.equal(single.finding.facts[0], '1 request was given up by its client');
});

/** As {@link watch}, for a worker of which one overdue request is enough. */
function watchOne(at: (second: number) => Second): ReturnType<typeof watch> {
  return watch(
    100,
    at,
    false,
    resolveDetectOptions({ stuckRequests: { atLeast: 1 } }).stuckRequests || assert.fail(),
  );
}

function reportOf(waits: readonly Unanswered[]): WatchdogReport {
  return {
    completions: 100,
    abandoned: 0,
    waiting: waits.length,
    oldestWaitingMs: waits[0]?.waitedMs ?? 0,
    utilization: 0.02,
  } as WatchdogReport;
}
