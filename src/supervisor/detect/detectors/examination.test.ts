import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WatchdogReport } from '../../../worker/index.ts';
import { Examination } from './examination.ts';
import type { Finding } from './finding.ts';
import { resolveDetectOptions } from './options.ts';
import { UsualWaits } from './usual-waits.ts';

const MB = 1024 * 1024;
const HORIZON_MS = 10_000;

/** A report of a worker that is healthy and idle. */
const HEALTHY = {
  gapMs: 0,
  starvedGapMs: 0,
  lastRequest: '',
  oldGenerationLimitBytes: 256 * MB,
  oldGenerationBytes: 60 * MB,
  liveBytes: 50 * MB,
  majorCollections: 1,
  externalBytes: 12 * MB,
  rssBytes: 100 * MB,
  utilization: 0.1,
  shortBlocksMs: 0,
  starvedMs: 0,
  completions: 100,
  abandoned: 0,
  waiting: 0,
  oldestWaitingMs: 0,
} as WatchdogReport;

const report = (given: Partial<WatchdogReport>): WatchdogReport => ({ ...HEALTHY, ...given });
const ALL_OFF = Object.fromEntries(Object.keys(resolveDetectOptions()).map((name) => [name, false]));
const causes = (findings: readonly Finding[]): readonly string[] => findings.map(({ cause }) => cause);

/** What is found in a worker over time, with a report each second. */
function examined(
  seconds: number,
  at: (second: number) => Partial<WatchdogReport>,
  options: object = {},
  memoryBytes?: number,
  waiting = 0,
): readonly Finding[] {
  const usual = new UsualWaits();
  usual.learn(3, [{ kind: 'GET /', usualMs: 125, longestMs: 100, count: 9 }], 0);
  const examination = new Examination(3, resolveDetectOptions(options), HORIZON_MS, usual);
  const found: Finding[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const waits = Array.from({ length: waiting }, () => ({ kind: 'GET /', waitedMs: 1000 * (second + 1) }));
    examination.heard({ answered: [], gaveUp: [], waiting: waits }, second * 1000);
    found.push(...examination.findings(report(at(second)), second * 1000, memoryBytes));
  }
  return found;
}

test('a healthy worker gives rise to no finding', () => {
  assert.deepEqual(
    examined(2000, () => ({}), {}, 1000 * MB),
    [],
  );
});

test('a blocked event loop is found, unless that is switched off', () => {
  const blocked = { gapMs: 6000 };
  assert.deepEqual(causes(examined(0, () => blocked)), ['event-loop-blocked']);
  assert.deepEqual(
    examined(0, () => blocked, { blockedLoop: false }),
    [],
  );
});

test('frequent short blocks are found, unless blocks are switched off', () => {
  const blocks = (second: number): Partial<WatchdogReport> => ({ shortBlocksMs: 600 * second });
  const [finding] = examined(120, blocks);
  assert.deepEqual([finding?.cause, finding?.severity], ['event-loop-blocked', 'report']);
  assert.deepEqual(examined(120, blocks, { blockedLoop: false }), []);
});

test('a heap that is nearly full is found, unless that is switched off', () => {
  const full = { liveBytes: 200 * MB, oldGenerationBytes: 210 * MB };
  assert.deepEqual(causes(examined(0, () => full)), ['gc-death-spiral']);
  assert.deepEqual(
    examined(0, () => full, { gcDeathSpiral: false }),
    [],
  );
});

test('the growth of the heap is followed from report to report', () => {
  const [finding] = examined(60, (second) => ({
    majorCollections: second,
    liveBytes: (50 + 5 * second) * MB,
    oldGenerationBytes: (60 + 5 * second) * MB,
  }));
  assert.equal(
    finding?.summary,
    '61 % of the heap of worker 3 is alive (155 of 256 MB) and grows by 5.0 MB/s: 20 s are left',
  );
  assert.equal(finding.severity, 'warning');
  assert.deepEqual(finding.facts, [finding.summary, '165 MB are in use, after 21 major collections']);
});

test('stuck requests are found, unless that is switched off', () => {
  const stuck = (options: object): readonly string[] =>
    causes(examined(30, () => ({}), options, undefined, 10));
  assert.deepEqual(stuck({}), ['stuck-requests']);
  assert.deepEqual(stuck({ stuckRequests: false }), []);
});

test('a worker that was starved of processor time is found, unless that is switched off', () => {
  const starved = (second: number): Partial<WatchdogReport> => (second === 0 ? { starvedGapMs: 6000 } : {});
  const [finding, ...more] = examined(2, starved);
  assert.deepEqual(more, []);
  assert.equal(finding?.severity, 'incident');
  assert.equal(
    finding.summary,
    'worker 3 could not run for 6.0 s: it was ready, and no processor was free for it',
  );
  assert.deepEqual(finding.facts, [
    '6.0 s in the run queue of the kernel',
    '0.0 s in which it could have turned and did not',
  ]);
  assert.deepEqual(examined(2, starved, { cpuStarved: false }), []);
});

/** A window of a minute, so that leaks show in a few of them. */
const LEAKS = { ...ALL_OFF, memoryLeak: { windowMs: 60_000 } };

test('a leak in what is alive after collections is found, with its pace', () => {
  const grows = (second: number): Partial<WatchdogReport> => ({
    majorCollections: second,
    liveBytes: (60 + 0.5 * second) * MB,
  });
  const [finding] = examined(150, grows, LEAKS);
  assert.equal(finding?.cause, 'memory-leak');
  assert.equal(finding.severity, 'replace');
  assert.match(
    finding.summary,
    /^worker 3 leaks memory: what is alive in its heap has grown by \d\d MB in \d\d s$/,
  );
  const [growth, left, alive] = finding.facts;
  assert.match(growth ?? '', /^what is alive in its heap has grown by .*, 30 MB a minute, without a pause$/);
  assert.match(left ?? '', /^at this pace it is too much in 2 min$/);
  assert.match(alive ?? '', /^1\d\d of 256 MB of the heap are alive$/);
});

test('without a new collection nothing new is known of what is alive', () => {
  const grows = (second: number): Partial<WatchdogReport> => ({ liveBytes: (60 + 0.5 * second) * MB });
  assert.deepEqual(examined(150, grows, LEAKS), []);
  assert.deepEqual(
    examined(150, (second) => ({ ...grows(second), majorCollections: 0 }), LEAKS),
    [],
  );
});

test('a leak in all of its memory is found where it is known how much it may have', () => {
  const grows = (second: number): Partial<WatchdogReport> => ({ rssBytes: (400 + 2 * second) * MB });
  const [finding] = examined(150, grows, LEAKS, 1000 * MB);
  assert.match(finding?.summary ?? '', /^worker 3 leaks memory: its memory has grown by 1\d\d MB in \d\d s$/);
  assert.match(
    finding?.facts.at(-1) ?? '',
    /^\d{3} of 1000 MB that it may have, 12 MB of it off-heap, in Buffers and the like$/,
  );
  assert.deepEqual(examined(150, grows, LEAKS), []);
  assert.deepEqual(examined(150, grows, ALL_OFF, 1000 * MB), []);
});

test('the worst finding comes first', () => {
  const worse = (second: number): Partial<WatchdogReport> => ({
    gapMs: second === 30 ? 6000 : 0,
    liveBytes: (second === 30 ? 200 : 50) * MB,
    majorCollections: second === 30 ? 2 : 1,
    oldGenerationBytes: 210 * MB,
  });
  const found = examined(30, worse, {}, undefined, 10);
  assert.deepEqual(causes(found), ['event-loop-blocked', 'gc-death-spiral', 'stuck-requests']);
});
