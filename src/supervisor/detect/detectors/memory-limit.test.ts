import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from './finding.ts';
import { judgeMemory, type MemoryHistory } from './memory-limit.ts';
import { resolveDetectOptions } from './options.ts';

const MB = 1024 * 1024;
const options = resolveDetectOptions().memory || assert.fail();

/** One reading in each second, of a group with 1000 MB. */
function watch(
  seconds: number,
  workersMb: (second: number) => readonly number[],
  othersMb = 100,
): { readonly second: number; readonly worker: number; readonly finding: Finding } | undefined {
  let history: MemoryHistory | undefined;
  for (let second = 0; second <= seconds; second += 1) {
    const workers = workersMb(second).map((rss, i) => ({
      id: i + 1,
      rssBytes: rss * MB,
      heapBytes: 50 * MB,
      externalBytes: (rss - 60) * MB,
    }));
    const usedBytes = workers.reduce((sum, { rssBytes }) => sum + rssBytes, othersMb * MB);
    const reading = { limitBytes: 1000 * MB, source: 'control group' as const, usedBytes, workers };
    const judged = judgeMemory(history, reading, second * 1000, options);
    history = judged.history;
    if (judged.found !== undefined) return { second, ...judged.found };
  }
  return undefined;
}

test('the worker that has grown is named, not the one that is large', () => {
  const found = watch(100, (second) => [400, 100 + 10 * Math.max(0, second - 40)]);
  assert.equal(found?.worker, 2);
  assert.equal(found.finding.severity, 'replace');
  // 70 % are reached at 50 s; that it will go on is known ten seconds later, twenty before the end.
  assert.ok(found.second >= 50 && found.second <= 60, String(found.second));
  assert.match(
    found.finding.summary,
    /^[78]\d % of the memory of the control group is used .* worker 2 has grown by [12]\d\d MB$/,
  );
  assert.match(found.finding.facts.join('\n'), /off-heap/);
});

test('a leak that is slow is let go on until 90 %', () => {
  const found = watch(3000, (second) => [100 + 0.5 * second]);
  assert.match(found?.finding.summary ?? '', /^90 %/);
});

test('memory that is used but does not grow is nobody’s fault below 90 %, nor are caches that fill after the start', () => {
  assert.equal(
    watch(300, (second) => [Math.min(780, 100 + 100 * second)]),
    undefined,
  );
  assert.equal(
    watch(300, () => [780]),
    undefined,
  );
});

test('when it is not the workers that have grown, replacing one would not help', () => {
  const found = watch(100, (second) => [150 + Math.min(second, 60), 150], 620);
  assert.equal(found?.finding.severity, 'warning');
  assert.match(found.finding.summary, /no worker has grown by a tenth of that/);
});

test('the finding tells what each worker has, and how soon memory will be full', () => {
  const found = watch(100, (second) => [100, 200 + 10 * Math.max(0, second - 40)]);
  assert.equal(found?.second, 70);
  assert.deepEqual(found.finding, {
    cause: 'memory-leak',
    severity: 'replace',
    growth: 'grows',
    summary:
      '70 % of the memory of the control group is used (700 of 1000 MB, full in 30 s), and worker 2 has grown by 300 MB',
    facts: [
      'worker 2 has 500 MB, 200 MB when it began',
      '450 MB of it are off-heap: 440 MB in Buffers and the like',
      'worker 1 has 100 MB',
    ],
  });
});

/** What one reading after another of a single worker leads to; memory in MB of 1000. */
function findingAfter(readings: readonly (readonly [second: number, usedMb: number])[]): Finding | undefined {
  let history: MemoryHistory | undefined;
  let finding: Finding | undefined;
  for (const [second, usedMb] of readings) {
    const worker = { id: 1, rssBytes: usedMb * MB, heapBytes: 0, externalBytes: 0 };
    const usedBytes = usedMb * MB;
    const reading = { limitBytes: 1000 * MB, source: 'machine' as const, usedBytes, workers: [worker] };
    const judgement = judgeMemory(history, reading, second * 1000, options);
    history = judgement.history;
    finding = judgement.found?.finding;
  }
  return finding;
}

test('from 90 % on the worker is replaced, whether it is new or not, and growing or not', () => {
  const [growing, standing] = [
    findingAfter([
      [0, 100],
      [1, 900],
    ]),
    findingAfter([
      [0, 100],
      [100, 900],
      [150, 900],
    ]),
  ];
  for (const finding of [growing, standing]) {
    assert.equal(
      finding?.summary,
      '90 % of the memory of the machine is used (900 of 1000 MB), and worker 1 has grown by 800 MB',
    );
  }
  assert.equal(findingAfter([[0, 899]]), undefined);
  assert.equal(findingAfter([[0, 900]])?.severity, 'warning', 'it had as much when it began');
});

test('a worker is the cause if it has grown by a tenth of the limit', () => {
  const severity = (beganMb: number): string | undefined =>
    findingAfter([
      [0, beganMb],
      [40, 900],
    ])?.severity;
  assert.equal(severity(800), 'replace');
  assert.equal(severity(801), 'warning');
});

test('growth counts once it was seen for five seconds, twice above the level, and after the first half minute', () => {
  const grown = (...seconds: readonly number[]): Finding | undefined =>
    findingAfter([[0, 400], ...seconds.map((second, i): [number, number] => [second, 600 + i * 110])]);
  assert.equal(grown(35, 39, 40)?.severity, 'replace');
  assert.equal(grown(36, 39, 40), undefined, 'for four seconds only');
  assert.equal(grown(35, 40), undefined, 'above the level once');
  assert.equal(grown(24, 28, 29), undefined, 'a worker that is new');
  assert.equal(grown(30, 34, 35)?.severity, 'replace');
});

test('memory that goes up and down within its level does not grow, however steep it is for a moment', () => {
  const level = Array.from({ length: 60 }, (_, i): [number, number] => [i, 740 + 60 * (i % 2)]);
  // The supervisor was stopped for a minute, so that only five seconds tell of a pace.
  const after = [740, 752, 764, 776, 788, 800].map((usedMb, i): [number, number] => [120 + i, usedMb]);
  const finding = findingAfter([[0, 100], ...level.slice(1), ...after]);
  assert.equal(finding, undefined);
});

test('growth that has stopped does not count, nor does memory that shrinks', () => {
  const late = (...usedMb: readonly number[]): Finding | undefined =>
    findingAfter([[0, 300], ...usedMb.map((mb, i): [number, number] => [40 + i * 5, mb])]);
  assert.equal(late(500, 600, 700, 800)?.severity, 'replace');
  assert.equal(late(500, 800, 800, 800), undefined);
  assert.equal(late(890, 850, 800), undefined);
});

test('without workers there is nothing to replace', () => {
  const reading = { limitBytes: 100, source: 'machine' as const, usedBytes: 100, workers: [] };
  assert.equal(judgeMemory(undefined, reading, 0, options).found, undefined);
});
