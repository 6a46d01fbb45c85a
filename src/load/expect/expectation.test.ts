import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LatencyFigures, LoadResult } from '../contract.ts';
import { judge, parseExpectation, unmet } from './expectation.ts';

const LATENCY: LatencyFigures = {
  count: 970,
  meanMs: 8,
  p50Ms: 7,
  p90Ms: 12.3456,
  p99Ms: 50,
  p999Ms: 90,
  maxMs: 1500,
};
const NONE: LatencyFigures = { count: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, maxMs: 0 };
const COUNTS = { offered: 1000, good: 960, late: 10, refused: 20, failed: 10 };
const RESULT: LoadResult = {
  ...COUNTS,
  url: 'http://127.0.0.1:1/',
  seed: 1,
  startedAt: '2026-11-30T00:00:00.000Z',
  durationMs: 10_000,
  deadlineMs: 1000,
  repeats: 0,
  latency: LATENCY,
  refusalLatency: NONE,
  refusedBy: {},
  failedBy: {},
  bytesReceived: 0,
  connectionsOpened: 1,
  waitedForConnection: 0,
  slowReaders: { served: 0, cutOff: 0 },
  lag: NONE,
  seconds: [],
  kinds: {
    'GET /a': { ...COUNTS, latency: { ...LATENCY, p99Ms: 400 } },
    'GET /b': { offered: 5, good: 0, late: 0, refused: 5, failed: 0, latency: NONE },
    'GET /c': { offered: 0, good: 0, late: 0, refused: 0, failed: 0, latency: NONE },
  },
  histogram: [],
};

function verdict(text: string): readonly [isMet: boolean, found: string] {
  const parsed = parseExpectation(text);
  assert.ok(typeof parsed !== 'string', text);
  const { isMet, found } = judge(parsed, RESULT);
  return [isMet, found];
}

test('bounds of the run and of its kinds', () => {
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['p99<=50ms', true, '50 ms'],
    ['p99<50ms', false, '50 ms'],
    ['p99 >= 0.05 s', true, '50 ms'],
    ['p90<12345us', false, '12.3 ms'],
    ['max<=2s', true, '1500 ms'],
    ['goodput>=0.96', true, '96 %'],
    ['goodput>96%', false, '96 %'],
    ['refused<=2%', true, '2 %'],
    ['failed<=0', false, '1 %'],
    ['throughput>=96/s', true, '96/s'],
    ['throughput>100', false, '96/s'],
    ['GET /a p99<=50ms', false, '400 ms'],
    ['GET /a late<=0.01', true, '1 %'],
    ['GET /b p99<=50ms', false, 'nothing was served'],
    ['GET /b goodput>=0', true, '0 %'],
    ['GET /c failed<=1', false, 'nothing was sent'],
    ['GET /d p99<=50ms', false, 'no GET /d in the mix'],
  ];
  for (const [text, isMet, found] of cases) assert.deepEqual(verdict(text), [isMet, found], text);
});

test('what is no expectation is answered with what one is', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['p99', /^an expectation such as p99<=50ms/],
    ['p99=50ms', /^an expectation such as/],
    ['p95<=50ms', /^about one of mean, p50,/],
    ['p99<=50', /^with a unit of us, µs, ms, s for p99$/],
    ['goodput>=99ms', /^with a unit of none, % for goodput$/],
    ['goodput>=99', /^with a share from 0 to 1, or/],
  ];
  for (const [text, why] of cases) {
    const answer = parseExpectation(text);
    assert.ok(typeof answer === 'string', text);
    assert.match(answer, why);
  }
});

test('unmet names what was expected and what was found, and a run that is not valid', () => {
  assert.deepEqual(unmet(RESULT, ['p99<=50ms', 'goodput>=0.9']), []);
  assert.deepEqual(unmet(RESULT, ['p99<=5ms', 'goodput>=0.99']), [
    'expected p99<=5ms, found 50 ms',
    'expected goodput>=0.99, found 96 %',
  ]);
  assert.deepEqual(unmet({ ...RESULT, invalidBecause: 'it was late' }, []), [
    'the run is not valid: it was late',
  ]);
  assert.throws(() => unmet(RESULT, ['fast']), {
    name: 'TypeError',
    message: /^"fast" must be an expectation/,
  });
});
