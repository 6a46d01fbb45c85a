import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillReport, DrillResult } from '../contract.ts';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { reportText, resultText } from './text.ts';

const HELD: DrillResult = {
  name: 'crash',
  about: 'a worker throws',
  outcome: 'held',
  hypothesis: 'It heals.',
  checks: [
    { name: 'detected', held: true, text: 'detected after 0.1 s; expected within 5.0 s' },
    { name: 'woken', held: true, text: 'woken: no one' },
  ],
  startedAtMs: 0,
  durationMs: 15_000,
  detectedAfterMs: 100,
  causes: ['crash'],
  goodput: 0.997,
  recoveredAfterMs: 500,
  alerts: [],
  seconds: [
    { atMs: 0, offered: 10, good: 10 },
    { atMs: 1000, offered: 10, good: 5 },
    { atMs: 2000, offered: 3, good: 3 },
  ],
  faultMs: [500, 900],
};

const FAILED: DrillResult = {
  ...HELD,
  name: 'kill',
  about: 'a <worker> is killed',
  outcome: 'failed',
  checks: [{ name: 'woken', held: false, text: 'woken: the person on call, by RespiteNoWorkerReady' }],
  alerts: [
    { alert: 'RespiteNoWorkerReady', severity: 'page', labels: {}, firedAtMs: 0 },
    { alert: 'RespiteHealedAgainAndAgain', severity: 'ticket', labels: {}, firedAtMs: 0 },
  ],
};

const SKIPPED: DrillResult = {
  ...HELD,
  name: 'flood',
  outcome: 'skipped',
  reason: 'needs "more"',
  checks: [],
};

const REPORT: DrillReport = {
  instance: '/srv/<app>.js',
  startedAtMs: 0,
  durationMs: 45_000,
  results: [HELD, FAILED, SKIPPED],
  held: false,
};

test('a line for each drill, and one for each check that failed', () => {
  assert.equal(
    resultText(HELD),
    'held     crash              crash after 0.1 s, goodput 99.7 %, recovered after 0.5 s, woken: no one',
  );
  assert.match(
    resultText(FAILED),
    /^FAILED {3}kill .*\n {10}woken: the person on call, by RespiteNoWorkerReady$/,
  );
  assert.equal(resultText(SKIPPED), 'skipped  flood              needs "more"');
});

test('the end says how many held, and who would have been woken by what', () => {
  assert.equal(
    reportText(REPORT),
    '1 of 2 hypotheses held, 1 skipped, in 45.0 s\n' +
      'woken: the person on call, by RespiteNoWorkerReady\n' +
      'for the morning: RespiteHealedAgainAndAgain',
  );
  assert.match(
    reportText({ ...REPORT, results: [HELD] }),
    /^1 of 1 hypotheses held, in 45\.0 s\nwoken: no one$/,
  );
});

test('JUnit has a test case for each drill, and escapes what it shows', () => {
  const xml = junitReport(REPORT);
  assert.match(
    xml,
    /<testsuite name="respite drill \/srv\/&lt;app&gt;\.js" tests="3" failures="1" skipped="1" time="45\.000"/,
  );
  assert.match(xml, /<skipped message="needs &quot;more&quot;"\/>/);
  assert.match(xml, /<failure message="woken: the person on call/);
  assert.equal(xml.match(/<testcase /g)?.length, 3);
});

test('the page names every drill, and shows its curve', () => {
  const page = htmlReport(REPORT);
  assert.match(page, /Drill of \/srv\/&lt;app&gt;\.js/);
  assert.match(page, /a &lt;worker&gt; is killed/);
  assert.equal(page.match(/<svg /g)?.length, 3);
  assert.match(
    page,
    /aria-label="Requests of each second during crash; the fault lasted from 0\.5 s to 0\.9 s"/,
  );
  assert.doesNotMatch(page, /<script|undefined|NaN/);
});
