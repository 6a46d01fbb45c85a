import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { averageOf } from '../demo/average.ts';
import { explain } from '../demo/explain.ts';
import { curvesOf } from '../demo/figures.ts';
import { treeMemoryBytes } from '../demo/memory.ts';
import { readMetrics } from '../demo/metrics.ts';
import { readArguments } from '../demo/options.ts';
import { comparison, milliseconds, percent } from '../demo/rows.ts';
import { renderTable } from '../demo/table.ts';
import { callFigures, quantile } from '../storm/call-figures.ts';
import type { UserCall } from '../storm/protocol.ts';
import { sampleRun } from './sample-run.ts';

test('arguments', () => {
  assert.deepEqual(readArguments(['--seconds', '60', '--repeats', '3', '--serve', '--report', 'x.html']), {
    kind: 'run',
    options: { name: 'flood', seconds: 60, repeats: 3, serve: true, reportFile: 'x.html' },
  });
  for (const name of ['cache', 'slow-clients', 'outage']) {
    const other = readArguments([name]);
    assert.ok(other.kind === 'run' && other.options.name === name);
  }
  assert.equal(readArguments(['--help']).kind, 'help');
  for (const bad of [
    ['--seconds', 'x'],
    ['--seconds', '1'],
    ['--nope'],
    ['extra'],
    ['cache', 'cache'],
    ['cache', '--serve'],
    ['cache', '--repeats', '2'],
    ['--repeats', '0'],
    ['--report', ''],
  ]) {
    const request = readArguments(bad);
    assert.equal(request.kind, 'bad-usage');
    assert.ok(request.kind === 'bad-usage' && !request.message.includes('\n'));
  }
});

test('bad usage is one line on stderr and exit code 2', () => {
  const main = fileURLToPath(new URL('../demo/main.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--seconds', '0'], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^demo: --seconds must be .*\n$/);
});

const call = (atMs: number, latencyMs: number, outcome: UserCall['outcome'] = 'ok'): UserCall => ({
  action: 'list',
  atMs,
  latencyMs,
  outcome,
  lagMs: 0,
});

test('figures of calls: refusals count against success, not as fast answers', () => {
  const figures = callFigures([call(0, 10), call(1, 20), call(2, 2000, 'timeout'), call(3, 1, 'refused')]);
  assert.deepEqual(figures, { calls: 4, success: 0.5, p50Ms: 20, p99Ms: 2000 });
  assert.equal(quantile([], 0.5), 0);
});

test('curves are differences by the second', () => {
  const senders = [250, 1250, 2250].map((atMs, i) => ({
    type: 'senders-tick' as const,
    atMs,
    sent: 0,
    accepted: (i + 1) * 10,
    acceptedBytes: 0,
    refused: i * 5,
    failed: 0,
    queued: 0,
    connections: 0,
  }));
  const samples = [500, 1500].map((atMs, i) => ({
    atMs,
    memoryBytes: 1e6 * (i + 1),
    respite: { inFlight: i, shed: i * 7, restarts: 0 },
  }));
  const curves = curvesOf([call(100, 5), call(1100, 7, 'error')], senders, samples, 3000);
  assert.deepEqual(
    curves.map(({ acceptedPerSecond, refusedPerSecond }) => [acceptedPerSecond, refusedPerSecond]),
    [
      [10, 0],
      [10, 5],
      [10, 5],
    ],
  );
  assert.deepEqual(
    curves.map(({ userSuccess }) => userSuccess),
    [1, 0, undefined],
  );
  assert.deepEqual(
    curves.map(({ shedPerSecond }) => shedPerSecond),
    [0, 7, 0],
  );
});

test("readings of Respite's metrics", () => {
  const text = `# HELP respite_admission_in_flight x
respite_admission_in_flight{worker="1"} 3
respite_admission_in_flight{worker="2"} 4
respite_admission_in_flight_other 100
respite_admission_requests_total{decision="shed",reason="in-flight",route="POST /a/{b}"} 5
respite_admission_requests_total{decision="admitted",reason=""} 50
respite_worker_restarts_total{cause="exit"} 2 1700000000000
`;
  assert.deepEqual(readMetrics(text), { inFlight: 7, shed: 5, restarts: 2 });
  assert.deepEqual(readMetrics(''), { inFlight: 0, shed: 0, restarts: 0 });
});

test('memory of this process is found', async () => {
  const bytes = await treeMemoryBytes(process.pid);
  assert.ok(bytes > 20e6 && bytes < 4e9, `got ${bytes}`);
});

test('several runs become one: means, but the sum of what must not happen, and the worst peak', () => {
  const [, side] = sampleRun().sides;
  assert.ok(side !== undefined);
  const worse = {
    ...side,
    mail: { ...side.mail, accepted: 100, lost: 1 },
    memoryPeakBytes: 1e9,
    restarts: 2,
  };
  const average = averageOf([side, worse]);
  assert.deepEqual([average.mail.accepted, average.mail.lost], [205, 1]);
  assert.deepEqual([average.memoryPeakBytes, average.restarts], [1e9, 2]);
  assert.equal(average.users.list.storm.p99Ms, 15);
  assert.throws(() => averageOf([]), /no run/);
});

test('the table is explained: what was accepted, and why fewer or more', () => {
  const data = sampleRun();
  const text = explain(data).join('\n');
  assert.match(text, /^Users: .* 2\.6 × as long as in the calm, without Respite 282\.1 ×\.$/m);
  assert.match(text, /^Mails accepted: 0\.48 × as many as without\. Fewer, /m);
  assert.match(text, /^Volume accepted: 1\.6 × that without\. More, /m);
  assert.doesNotMatch(text, /This machine is busy/);
  const nothing = data.sides.map((side) =>
    side.isProtected ? side : { ...side, mail: { ...side.mail, accepted: 0, acceptedBytes: 0 } },
  );
  const without = explain({ ...data, sides: nothing }).join('\n');
  assert.match(without, /^Mails accepted: 310, without Respite none\.$/m);
  assert.match(without, /^Volume accepted: 390 MB, without Respite none\.$/m);
  const late = data.sides.map((side) => ({ ...side, generatorLagP99Ms: 80 }));
  assert.match(explain({ ...data, sides: late }).join('\n'), /This machine is busy/);
});

test('the table has a line for each figure and says no more than is true', () => {
  const data = sampleRun();
  const table = renderTable(
    data.sides.map(({ name }) => name),
    comparison(data),
  );
  assert.match(table, /^ +without Respite +with Respite +goal$/m);
  assert.match(table, /^ {2}lost +0 +0 +0$/m);
  assert.match(table, /^ {2}memory peak +640 MB +310 MB +< 512 MB$/m);
  assert.equal(percent(0.99996), '99.99 %');
  assert.deepEqual([0.5, 42.4, 1500].map(milliseconds), ['0.5 ms', '42 ms', '1.50 s']);
});
