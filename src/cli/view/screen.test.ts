// oxlint-disable no-control-regex -- what steers a terminal is looked for
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anIncident, statusAnswer } from './fake-status.test.ts';
import type { StatusAnswer } from './answer.ts';
import { plainLine, screen, sparkline, type View } from './screen.ts';
import { headroom, summary } from './summary.ts';

const BEFORE = statusAnswer({ served: [100, 0, 0, 0] });
const NOW = statusAnswer({
  served: [100, 50, 0, 0],
  refused: { turn: 10 },
  workers: ['ready', 'unresponsive'],
  incidents: [anIncident(), anIncident({ id: '2026-b', endedAtMs: 6200, outcome: 'recovered' })],
});

function view(given: Partial<View> = {}): View {
  return {
    latest: { atMs: 5000, status: NOW },
    before: { atMs: 0, status: BEFORE },
    goodput: [0, 5, 10],
    problem: undefined,
    where: '127.0.0.1:9999',
    ...given,
  };
}

test('the screen shows rates, workers and incidents', () => {
  const lines = screen(view(), { columns: 200, rows: 50, colors: false });
  const text = lines.join('\n');
  assert.match(text, /^respite 1\.2\.3 {2}server\.js {2}127\.0\.0\.1:9999 {2}up 1 h 0 min$/m);
  assert.match(text, /^not well \(1 of 2 workers ready, worker 2 does not respond, 1 incident open\)$/m);
  assert.match(text, /^goodput +10\/s +▁▅█$/m);
  assert.match(text, /^refused +2\.0\/s \(turn 2\.0\/s\)$/m);
  assert.match(text, /^latency +p50 55 ms, p90 91 ms, p99 99 ms$/m);
  assert.match(text, /^full +███████████████░░░░░ 75 %, event loop; 16 in flight of 64$/m);
  assert.match(text, /^ +2 +2 +102 +unresponsive +\S.* - +- +100 MB +50 MB +8 of 32$/m);
  assert.match(text, /crash {2}recovered after 5\.2 s/);
  assert.match(text, /\nq quits$/);
});

test('it fits into any terminal, and nothing that came from outside steers it', () => {
  for (const columns of [1, 20, 80]) {
    for (const rows of [0, 1, 5, 24]) {
      const lines = screen(view(), { columns, rows, colors: false });
      assert.ok(lines.length <= rows && lines.every((line) => line.length <= columns), `${columns}×${rows}`);
      assert.doesNotMatch(lines.join(''), /\u001B/);
    }
  }
  const colored = screen(view(), { columns: 80, rows: 30, colors: true }).join('\n');
  assert.match(colored, /\u001B\[31mnot well/);
  assert.doesNotMatch(colored.replaceAll(/\u001B\[\d*m/g, ''), /\u001B/);
});

test('before there are two readings there are no rates, and a port that is silent is said', () => {
  const first = screen(view({ before: undefined, problem: 'no status from h:1: ECONNRESET' }), {
    columns: 100,
    rows: 30,
    colors: false,
  }).join('\n');
  assert.match(first, /^goodput +- /m);
  assert.match(first, /^no status from h:1: ECONNRESET$/m);
});

test('without a terminal it is one line', () => {
  const text = plainLine(view());
  assert.match(
    text,
    /^1970-01-01T00:00:05\.000Z not well .*; goodput 10\/s; refused 2\.0\/s \(turn 2\.0\/s\); utilization 75 %, event loop; limit 16\/64; p50 /,
  );
  assert.match(text, /; memory 200 MB; workers 1\/2; incidents open 1$/);
  assert.doesNotMatch(text, /\n/);
});

test('the summary shows what was counted since the start', () => {
  const text = summary(NOW);
  assert.match(text, /^server\.js: not well \(.*\), up 1 h 0 min\n/);
  assert.match(text, /^workers +1 of 2 ready; replaced: 1 exit$/m);
  assert.match(text, /^served +150$/m);
  assert.match(text, /^refused +10 \(turn 10\)$/m);
  assert.match(text, /^utilization +75 %, event loop$/m);
  assert.match(text, /^in flight +16 of 64$/m);
  assert.match(text, /crash {2}open {2}worker 1 ended since GET \/\ufffd\[2J$/m);
  assert.match(summary(statusAnswer({ dryRun: true })), /^server\.js: well, up 1 h 0 min, dry run/);
});

const HEADROOM: readonly (readonly [given: StatusAnswer['headroom'], text: string])[] = [
  [undefined, 'unknown: too little traffic so far'],
  [
    {
      capacity: { kind: 'known', rps: 409.6, lowRps: 380, highRps: 1450, bottleneck: 'event-loop' },
      peakRps: 227,
      ratio: 1.804,
    },
    'full at 1.8 times the peak of 24 hours: about 410/s (380 to 1,450), then the event loop is full',
  ],
  [
    {
      capacity: { kind: 'known', rps: 90, lowRps: 81, highRps: 99, bottleneck: 'overload' },
      peakRps: undefined,
      ratio: undefined,
    },
    'about 90/s (81 to 99), as measured while it was full',
  ],
  [
    {
      capacity: { kind: 'unknown', why: 'no-waiting-seen', atLeastRps: 300 },
      peakRps: 200,
      ratio: undefined,
    },
    'unknown: latency does not grow with the load yet, at least 300/s',
  ],
  [
    {
      capacity: { kind: 'unknown', why: 'too-little-traffic', atLeastRps: 0 },
      peakRps: 0,
      ratio: undefined,
    },
    'unknown: too little traffic so far',
  ],
];

for (const [given, text] of HEADROOM) {
  test(`headroom: ${text}`, () => {
    assert.equal(headroom({ headroom: given }), text);
    assert.ok(summary({ ...NOW, headroom: given }).includes(`\nheadroom    ${text}\n`));
  });
}

test('sparklines', () => {
  assert.deepEqual([sparkline([]), sparkline([0, 0]), sparkline([1, 2, 8])], ['', '▁▁', '▂▃█']);
});
