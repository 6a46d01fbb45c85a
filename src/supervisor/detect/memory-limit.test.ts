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
