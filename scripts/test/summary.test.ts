import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeJob, fakeResult, fakeTest } from './fake-job.test.ts';
import { failureOf, lineOf, linesOf, type Run, summarize } from './summary.ts';

const RUN: Run = { isCi: false, seconds: 61, seed: 7, missing: [], allowed: [], listsNames: false };
const CI: Run = { ...RUN, isCi: true };

const SKIPPED = fakeResult({
  tests: [fakeTest(), fakeTest({ name: 'with a server', skipped: 'needs redis-server' })],
});

test('a run that passed says how many tests ran, and for how long', () => {
  const { passed, text } = summarize([fakeResult()], CI);
  assert.equal(passed, true);
  assert.match(text, /1 tests ran, 0 skipped, in 1 min 1 s: passed$/);
});

test('a job that failed fails the run, and the seed is printed to repeat it', () => {
  const { passed, text } = summarize([fakeResult(), fakeResult({ passed: false })], RUN);
  assert.equal(passed, false);
  assert.match(text, /1 of 2 jobs failed .*npm test -- --seed 7/);
});

test('a skipped test fails the run with CI set only, unless it is on the list', () => {
  assert.equal(summarize([SKIPPED], RUN).passed, true);
  const { passed, text } = summarize([SKIPPED], CI);
  assert.equal(passed, false);
  assert.match(text, /1 {2}needs redis-server/);
  const allowed = [{ test: 'test/a.test.ts: with', reason: 'a server that nobody has' }];
  assert.equal(summarize([SKIPPED], { ...CI, allowed }).passed, true);
});

test('a version of Node.js that could not be installed fails the run with CI set only', () => {
  const missing = ['Node.js 24 could not be installed'];
  assert.equal(summarize([fakeResult()], { ...RUN, missing }).passed, true);
  assert.equal(summarize([fakeResult()], { ...CI, missing }).passed, false);
});

test('a file over its budget fails the run with CI set only', () => {
  const slow = [fakeResult({ seconds: 11 })];
  assert.equal(summarize(slow, RUN).passed, true);
  const { passed, text } = summarize(slow, CI);
  assert.equal(passed, false);
  assert.match(text, /test\/a\.test\.ts: 11\.0 s of 10 s/);
});

test('names are listed on demand, for comparing two runs', () => {
  assert.match(summarize([SKIPPED], { ...RUN, listsNames: true }).text, /^test\/a\.test\.ts: it works$/m);
});

test('the line of a file has its tests, its skips and its time', () => {
  assert.match(lineOf(SKIPPED), /^ok {5}test\/a\.test\.ts +1\.0 s {2}CPU 0\.5 s, 1 tests, 1 skipped$/);
  assert.match(lineOf(fakeResult({ passed: false, seconds: 12 })), /^FAILED .*over its budget of 10 s$/);
});

test('a file of a group has a line and a budget of its own', () => {
  const files = ['test/a.test.ts', 'test/quick.test.ts'];
  const group = fakeResult({
    job: fakeJob({ name: 'all', files, budgetSeconds: 200 }),
    seconds: 70,
    tests: [
      fakeTest({ durationMs: 59_000 }),
      fakeTest({ durationMs: 2000, isSuite: true }),
      fakeTest({ durationMs: 1900, isOutermost: false }),
      fakeTest({ file: 'test/quick.test.ts', durationMs: 20 }),
    ],
  });
  const [first, ...others] = linesOf(group);
  assert.match(first ?? '', /^ok {5}all +70\.0 s/);
  assert.equal(others.length, 1);
  assert.match(others[0] ?? '', /^ +test\/a\.test\.ts +61\.0 s {2}over its budget of 60 s$/);
  const { passed, text } = summarize([group], CI);
  assert.equal(passed, false);
  assert.match(text, /test\/a\.test\.ts: 61\.0 s of 60 s/);
});

test('of tests that failed, what node:test says of them is shown, and not all else', () => {
  const output = `noise\n✖ failing tests:\n${'reason\n'.repeat(500)}`;
  const shown = failureOf(fakeResult({ passed: false, output }));
  assert.doesNotMatch(shown, /noise/);
  assert.match(shown, /… and \d+ more lines$/);
  assert.match(failureOf(fakeResult({ job: fakeJob({ reportsTests: false }), output: 'why' })), /^ +why$/);
});
