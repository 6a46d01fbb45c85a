import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, Comparison } from '../../../load/index.ts';
import { markdown } from './markdown.ts';
import { headline } from './rows.ts';
import { summary } from './summary.ts';

const NAMES = { baseline: 'main (3f2a1bc)', candidate: 'this version' };

/** A figure of 27 pairs, whose smallest change that matters is 3 % unless the test says otherwise. */
function change(
  figure: Change['figure'],
  verdict: Change['verdict'],
  [estimate, low, high]: readonly [estimate: number, low: number, high: number],
  more: Partial<Change> = {},
): Change {
  const interval = { estimate, low, high };
  return { figure, verdict, interval, minEffect: 0.03, pairs: 27, timesAsLong: undefined, ...more };
}

const cpu = change('cpu', 'worse', [0.0612, 0.0402, 0.0818]);
const p99 = change('p99', 'unclear', [0.016, -0.08, 0.12], { minEffect: 0.1, timesAsLong: 2.2 });
const goodput = change('goodput', 'same', [0, 0, 0]);

const comparison: Comparison = {
  verdict: 'worse',
  changes: [cpu, p99, goodput],
  baseline: { cpuMs: 0.4712, p99Ms: 12.13, goodput: 1 },
  candidate: { cpuMs: 0.5001, p99Ms: 12.32, goodput: 0.9999 },
  missing: {},
  startedAt: '2026-11-30T15:55:02.300Z',
  durationMs: 118_400,
  rate: 400,
  seed: 5,
  pairs: 27,
  slices: 27,
  laggedSlices: 0,
  hasFreshProcesses: true,
  baselineCommit: '3f2a1bc',
  cores: 'both versions on core 0, load on core 1',
};

test('the terminal shows each figure, its interval and the verdict on it', () => {
  assert.equal(
    summary(comparison, NAMES),
    [
      '                 MAIN (3F2A1BC)  THIS VERSION  CHANGE  INTERVAL',
      'CPU per request          471 µs        500 µs  +6.1 %  +4 % to +8.2 %  worse',
      "latency p99             12.1 ms       12.3 ms  +1.6 %  -8 % to +12 %   can't tell",
      'goodput                   100 %         100 %     0 %  0 % to 0 %      not worse',
      '',
      '27 pairs of fresh processes in 1 min 58 s, 400 requests/s to each version at the same time, seed 5.',
      'Both versions on core 0, load on core 1.',
      'Smallest changes that matter: CPU per request 3 %, latency p99 10 %, goodput 3 %.',
      'The interval of latency p99 is too wide: a run of about 5 min would tell (--for 5m).',
      '',
    ].join('\n'),
  );
});

test('the verdict in one line', () => {
  assert.equal(headline(comparison, NAMES), 'worse than main (3f2a1bc): CPU per request +6.1 %');
  assert.equal(headline({ ...comparison, verdict: 'not-worse' }, NAMES), 'not worse than main (3f2a1bc)');
  assert.equal(
    headline({ ...comparison, verdict: 'unclear' }, NAMES),
    "can't tell whether it is worse than main (3f2a1bc)",
  );
});

test('Markdown escapes what branches are named', () => {
  const text = markdown(comparison, { ...NAMES, baseline: 'a|b_<i>' });
  assert.match(text, /^### Performance: worse than a\\\|b\\_\\<i\\>: CPU per request \+6\.1 %\n/);
  assert.match(text, /^\| {2}\| a\\\|b\\_\\<i\\> \| this version \| change \| interval \| {2}\|$/m);
  assert.match(
    text,
    /^\| CPU per request \| 471 µs \| 500 µs \| \+6\.1 % \| \+4 % to \+8\.2 % \| worse \|$/m,
  );
});

test('what could not be measured is named, with the reason', () => {
  const unknown: Change = { ...p99, interval: undefined, pairs: 0, timesAsLong: undefined };
  const text = summary(
    {
      ...comparison,
      changes: [cpu, unknown],
      missing: { p99: 'the load generator was late' },
      hasFreshProcesses: false,
    },
    NAMES,
  );
  assert.match(text, /^latency p99 .*can't tell$/m);
  assert.match(text, /^latency p99 is unknown: the load generator was late\.$/m);
  assert.doesNotMatch(text, /too wide/);
  assert.match(text, /with --script they are started anew/);
});

test('no advice is a run of many hours', () => {
  const hopeless = { ...comparison, changes: [{ ...p99, timesAsLong: 300 }] };
  assert.match(summary(hopeless, NAMES), /no run of an hour would tell/);
});
