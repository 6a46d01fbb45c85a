import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadResult, LoadSecond } from '../contract.ts';
import { renderPage } from './page.ts';

const NONE = { count: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
const COUNTS = { offered: 1000, good: 900, late: 0, refused: 60, failed: 40 };

function run(seconds: number): LoadResult {
  return {
    ...COUNTS,
    url: 'http://127.0.0.1:3000/?<script>',
    seed: 7,
    startedAt: '2026-11-30T12:00:00.000Z',
    durationMs: 1000 * seconds,
    deadlineMs: 1000,
    repeats: 0,
    latency: { ...NONE, count: 900, p99Ms: 1234 },
    refusalLatency: NONE,
    refusedBy: { '"><img src=x onerror=alert(1)>': 60 },
    failedBy: { ECONNRESET: 40 },
    bytesReceived: 0,
    connectionsOpened: 5,
    waitedForConnection: 0,
    slowReaders: { served: 0, cutOff: 0 },
    lag: NONE,
    seconds: Array.from({ length: seconds }, (_, i): LoadSecond => ({
      ...COUNTS,
      good: i === 3 ? 0 : 900,
      atMs: 1000 * i,
      p50Ms: 5,
      p99Ms: 40,
    })),
    kinds: { 'GET /?<script>': { ...COUNTS, latency: NONE } },
    histogram: [
      [5, 800],
      [5.5, 100],
    ],
  };
}

test('everything that came from outside is escaped, and nothing is loaded from anywhere', () => {
  const page = renderPage({ ...run(10), invalidBecause: '<b>late</b>' }, [
    {
      expectation: { text: 'p99<=5ms', kind: undefined, metric: 'p99', comparison: '<=', bound: 5 },
      isMet: false,
      found: '40 ms',
    },
  ]);
  assert.doesNotMatch(page, /<script|<img|<b>|<link rel="stylesheet"|src="/);
  assert.match(page, /&lt;script&gt;/);
  assert.match(page, /&quot;&gt;&lt;img src=x onerror=alert\(1\)&gt;/);
  assert.match(page, /default-src 'none'/);
  assert.match(page, /not met: p99&lt;=5ms \(40 ms\)/);
  assert.match(page, /1\.23 s/);
});

test('a gap where nothing was served; a run of hours has as many points as can be told apart', () => {
  const paths = (page: string): readonly string[] =>
    [...page.matchAll(/class="line [^"]*" d="([^"]*)"/g)].map(([, d = '']) => d);
  const [p99 = ''] = paths(renderPage(run(10)));
  // p99 has no value in the fourth second only while nothing is served.
  assert.equal(p99.match(/M/g)?.length, 2, p99);
  const long = renderPage(run(7200));
  assert.ok(long.length < 200_000, `${long.length} characters`);
  assert.doesNotMatch(long, /NaN|undefined|Infinity/);
});

test('a run in which nothing was measured is a page too', () => {
  const page = renderPage({ ...run(0), histogram: [], kinds: {}, refusedBy: {}, failedBy: {} });
  assert.doesNotMatch(page, /NaN|undefined|Infinity/);
  assert.match(page, /<\/html>/);
});
