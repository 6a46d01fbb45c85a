// `respite load` as a process of its own, against a server in this one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { LoadResult } from '../../src/load/index.ts';
import { command } from '../harness/respite.ts';

let requests = 0;
const server = createServer((_req, res) => {
  requests += 1;
  res.end('hello');
});
let url = '';

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(() => server.close().closeAllConnections());

test('a run: the result on stdout, progress on stderr, exit code 1 for what is not met', async (t) => {
  requests = 0;
  const flags = [
    '--rate',
    '50',
    '--for',
    '1200ms',
    '--max-lag',
    '10m',
    '--deadline',
    '1m',
    '--timeout',
    '1m',
  ];
  const expect = ['--expect', 'goodput>=1', 'p50<=0.001us'];
  const running = command(t, ['load', url, ...flags, '--json', '--html', 'report.html', ...expect]);
  assert.deepEqual(await running.ended(), { code: 1, signal: null }, running.transcript());
  const result = JSON.parse(running.stdout) as LoadResult;
  assert.equal(result.offered, requests);
  assert.equal(result.good, requests);
  assert.match(readFileSync(path.join(running.dir, 'report.html'), 'utf8'), /not met: p50&lt;=0\.001us/);
  assert.match(running.stderr, /^1 s: offered \d+, good \d+, p50 .*\n2 s: offered/m);
  const complaints = running.stderr.split('\n').filter((line) => line.startsWith('respite: '));
  assert.equal(complaints.length, 1);
  assert.match(complaints[0] ?? '', /^respite: expected p50<=0\.001us, found .* ms$/);
});

test('SIGTERM ends a run, which shows what it has measured', async (t) => {
  requests = 0;
  const running = command(t, ['load', url, '--for', '1h', '--max-lag', '10m']);
  await running.until('requests', () => requests >= 5);
  assert.deepEqual(await running.stop(), { code: 130, signal: null }, running.transcript());
  assert.match(running.stdout, /^offered +\d/m);
  assert.deepEqual(await running.offspring(), []);
});

test('a server that is not there: one line, exit code 1', async (t) => {
  const running = command(t, ['load', 'http://127.0.0.1:1/']);
  assert.deepEqual(await running.ended(), { code: 1, signal: null }, running.transcript());
  assert.equal(running.stderr, 'respite: cannot connect to http://127.0.0.1:1: ECONNREFUSED\n');
  assert.equal(running.stdout, '');
});

test('a comparison with a commit that git does not have: one line, exit code 2', async (t) => {
  const running = command(t, ['load', '/', '--against', 'no-such-commit', '--script', 'server.js']);
  assert.deepEqual(await running.ended(), { code: 2, signal: null }, running.transcript());
  assert.match(running.stderr, /^respite: .*(?:no-such-commit|git).*\n$/);
});

test('a server that hangs: the run says since when, exit code 1', async (t) => {
  const hanging = createServer((_req, res) =>
    setTimeout(() => res.end(), Date.now() < hangsAtMs ? 0 : 60_000).unref(),
  );
  const hangsAtMs = Date.now() + 2000;
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  t.after(() => hanging.close().closeAllConnections());
  const target = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const running = command(t, ['load', target, '--for', '5s', '--timeout', '1s', '--max-lag', '10m']);
  assert.deepEqual(await running.ended(), { code: 1, signal: null }, running.transcript());
  assert.match(running.stderr, /^respite: \S+ answered (?:nothing after .* s of 5\.0 s|none of)/m);
});
