import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadResult } from '../../load/index.ts';
import { Progress, progressLine } from './progress.ts';
import { summary } from './summary.ts';

const NONE = { count: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
const LATENCY = {
  count: 5980,
  meanMs: 7.91,
  p50Ms: 7.02,
  p90Ms: 11.6,
  p99Ms: 17.4,
  p999Ms: 250,
  maxMs: 2300,
};
const COUNTS = { offered: 6012, good: 5979, late: 1, refused: 24, failed: 8 };

const RESULT: LoadResult = {
  ...COUNTS,
  url: 'http://127.0.0.1:3000/',
  seed: 7,
  startedAt: '2026-11-30T12:00:00.000Z',
  durationMs: 30_000,
  deadlineMs: 1000,
  repeats: 0,
  latency: LATENCY,
  refusalLatency: NONE,
  refusedBy: { 'in-flight': 20, 'evil\u001B[2J': 4 },
  failedBy: { '500': 7, TIMEOUT: 1 },
  bytesReceived: 1,
  connectionsOpened: 20,
  waitedForConnection: 0,
  slowReaders: { served: 0, cutOff: 0 },
  lag: { ...NONE, count: 1, p99Ms: 0.0214 },
  seconds: [],
  kinds: { 'GET /': { ...COUNTS, latency: LATENCY } },
  histogram: [
    [5, 1000],
    [5.5, 4000],
    [6.05, 980],
  ],
};

test('outcomes, latency, histogram', () => {
  assert.equal(
    summary(RESULT, { rate: 200 }, []),
    [
      'http://127.0.0.1:3000/: 30.0 s at 200/s, seed 7',
      '',
      'offered       6,012  200/s',
      'good          5,979  99.45 % 199/s within 1.0 s',
      'late              1  0.02 %',
      'refused          24  0.4 %   in-flight 20, evil\u{fffd}[2J 4',
      'failed            8  0.13 %  500 7, TIMEOUT 1',
      '',
      'latency of what was served, from when each request was due',
      'mean 7.91 ms, p50 7.02 ms, p90 11.6 ms, p99 17.4 ms, p99.9 250 ms, max 2.3 s',
      '  up to     5 ms  ██████████ 1,000',
      `  up to   5.5 ms  ${'█'.repeat(40)} 4,000`,
      '  up to  6.05 ms  ██████████ 980',
      '',
      'generator: lag p99 0.021 ms; 20 connections opened',
      '',
    ].join('\n'),
  );
});

test('a share is not rounded to all or to nothing', () => {
  const all = { ...RESULT, offered: 1_000_000, good: 999_999, late: 0, refused: 0, failed: 1 };
  assert.match(summary(all, {}, []), /^good +999,999 {2}> 99\.99 %/m);
  assert.match(summary(all, {}, []), /^failed +1 {2}< 0\.01 %/m);
});

test('wide histograms have few bars that hold everything', () => {
  const histogram = Array.from({ length: 50 }, (_, i): [number, number] => [1.1 ** i, i]);
  const rows = summary({ ...RESULT, histogram }, {}, []).match(/^ {2}up to .*$/gm) ?? [];
  assert.ok(rows.length <= 16 && rows.length > 8, `${rows.length}`);
  const sum = rows.reduce((all, row) => all + Number(row.split(' ').at(-1)), 0);
  assert.equal(sum, (50 * 49) / 2);
});

test('what a reader has to know: kinds, waits, slow readers, refusals, a run that is not valid, expectations', () => {
  const { latency } = RESULT;
  const text = summary(
    {
      ...RESULT,
      repeats: 5,
      refusalLatency: latency,
      waitedForConnection: 600,
      slowReaders: { served: 30, cutOff: 2 },
      invalidBecause: 'it was late',
      kinds: {
        'GET /': { ...COUNTS, latency },
        'POST /b': { offered: 3, good: 0, late: 0, refused: 3, failed: 0, latency: NONE },
      },
    },
    { rate: { from: 100, to: 1000 } },
    [
      {
        expectation: { text: 'p99<=5ms', kind: undefined, metric: 'p99', comparison: '<=', bound: 5 },
        isMet: false,
        found: '17.4 ms',
      },
    ],
  );
  for (const line of [
    /^http.*: 30\.0 s at 100 to 1,000\/s, seed 7$/m,
    /^repeated +5 {2}after a refusal$/m,
    /^of refusals: mean 7\.91 ms/m,
    /^POST \/b +3 +0 +0 +3 +0 +- +-$/m,
    /^600 requests waited for a free connection/m,
    /^slow readers: 30 served, 2 cut off by the server$/m,
    /^NOT VALID: it was late\. /m,
    /^NOT MET: p99<=5ms \(17\.4 ms\)$/m,
  ])
    assert.match(text, line);
});

test('nothing measured', () => {
  const zero = { offered: 0, good: 0, late: 0, refused: 0, failed: 0 };
  const text = summary(
    { ...RESULT, ...zero, durationMs: 0, latency: NONE, histogram: [], kinds: {} },
    {},
    [],
  );
  assert.match(text, /^offered +0$/m);
  assert.match(text, /^nothing was served$/m);
  assert.doesNotMatch(text, /NaN|Infinity|undefined/);
});

test('progress: a line each second, or the same line again on a terminal', () => {
  const second = {
    atMs: 2000,
    offered: 200,
    good: 150,
    late: 0,
    refused: 40,
    failed: 0,
    p50Ms: 4.1,
    p99Ms: 17,
  };
  const line = '3 s: offered 200, good 150, refused 40, in flight 10, p50 4.1 ms, p99 17 ms';
  assert.equal(progressLine(second), line);
  assert.equal(
    progressLine({ ...second, good: 0, refused: 0, failed: 200 }),
    '3 s: offered 200, good 0, failed 200',
  );
  let text = '';
  const plain = new Progress(false, (part) => (text += part));
  plain.show(second);
  plain.end();
  assert.equal(text, `${line}\n`);
  text = '';
  const terminal = new Progress(true, (part) => (text += part));
  terminal.show(second);
  terminal.show(second);
  terminal.end();
  assert.equal(text, `\r\u001B[K${line}\r\u001B[K${line}\r\u001B[K`);
});
