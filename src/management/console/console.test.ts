// The console over HTTP, without a browser: what is served to whom.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  INSTANCE_MEASURES,
  type InstanceMeasure,
} from '../../supervisor/instance/history/instance-history.ts';
import { History } from '../../core/history.ts';
import { type Management, startManagement } from '../server.ts';
import { FakeLog, FakeSupervisor } from '../support.test.ts';
import { part } from './files.ts';

interface Setup {
  readonly management: Management;
  readonly supervisor: FakeSupervisor;
}

async function setup(
  t: TestContext,
  given: { host?: string; token?: string; incidentsDirectory?: string } = {},
): Promise<Setup> {
  const supervisor = new FakeSupervisor();
  const { host = '127.0.0.1', token, incidentsDirectory } = given;
  const address = { host, port: 0, chosen: true };
  const management = await startManagement({
    supervisor,
    log: new FakeLog(),
    version: '1.2.3',
    address,
    token,
    showsScriptMetrics: true,
    incidentsDirectory,
  });
  t.after(() => management.close());
  return { management, supervisor };
}

async function ask(
  to: Management,
  line: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const [method, target] = line.split(' ');
  const port = Number(to.address.slice(to.address.lastIndexOf(':') + 1));
  const sent = request({ host: '127.0.0.1', port, method, path: target, headers, agent: false }).end();
  sent.on('error', () => {});
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  return response;
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of response) all += String(chunk);
  return all;
}

/** Reads until an event of this type is there. */
async function event(response: IncomingMessage, type: string): Promise<unknown> {
  const pattern = new RegExp(`event: ${type}\ndata: (.*)\n\n`);
  let all = '';
  for (;;) {
    const found = pattern.exec(all);
    if (found !== null) return JSON.parse(found[1] ?? '');
    const [chunk] = (await once(response, 'data')) as [string];
    all += chunk;
  }
}

/** What a worker says that has called another service. */
const SAMPLE = {
  admission: {
    limit: 32,
    inFlight: 0,
    bodyBudgetBytes: 1,
    bytesInFlight: 0,
    utilization: 0,
    refusedShare: 0,
    pressure: [],
    connectionsRefused: 0,
    requests: [],
  },
  duration: { boundsSeconds: [], series: [] },
  eventLoopUtilization: 0,
  eventLoopDelayP99Seconds: 0,
  rssBytes: 1,
  heapUsedBytes: 1,
  cpuSeconds: 1,
  instruments: [
    {
      name: 'respite_client_requests_in_flight',
      help: '',
      type: 'gauge',
      series: [{ labels: { peer: 'http://mailbox.internal' }, value: 1 }],
    },
  ],
} as const;

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

test('browsers get the page, programs the list', async (t) => {
  const { management } = await setup(t);
  for (const accept of ['*/*', 'application/json', '']) {
    const list = JSON.parse(await text(await ask(management, 'GET /', { accept }))) as { name: string };
    assert.equal(list.name, 'respite');
  }
  const page = await ask(management, 'GET /', BROWSER);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|http/);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin');
  const html = await text(page);
  assert.doesNotMatch(
    html,
    /<style|<script>|\son\w+=|\sstyle=|https?:/,
    'nothing that the policy would have to allow',
  );
  const head = await ask(management, 'HEAD /', BROWSER);
  assert.equal(await text(head), '');
});

test('every script that is imported is served, and nothing else of the folder', async (t) => {
  const { management } = await setup(t);
  const seen = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    if (seen.has(name)) return;
    seen.add(name);
    const response = await ask(management, `GET /console/${name}`);
    assert.equal(response.statusCode, 200, name);
    assert.equal(response.headers['content-type'], 'text/javascript; charset=utf-8');
    const script = await text(response);
    assert.doesNotMatch(script, /\bimport type\b|\.ts'/);
    for (const [, to = ''] of script.matchAll(/from '\.\/([^']+)'/g)) await visit(to);
  };
  await visit('main.js');
  const written = readdirSync(new URL('browser', import.meta.url)).filter((name) => /^[^.]+\.ts$/.test(name));
  assert.deepEqual([...seen].toSorted(), written.map((name) => name.replace('.ts', '.js')).toSorted());
  assert.equal(
    (await ask(management, 'GET /console/style.css')).headers['content-type'],
    'text/css; charset=utf-8',
  );
  for (const name of [
    'tsconfig.json',
    'main.ts',
    'page.html',
    '..%2findex.ts',
    'main.js.map',
    'main.test.js',
    '__proto__.js',
    'x',
  ]) {
    assert.equal((await ask(management, `GET /console/${name}`)).statusCode, 404, name);
  }
});

test('compressed only for who takes it so', async () => {
  for (const [accept, isCompressed] of [
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.0, br', false],
    ['identity', false],
    ['', false],
  ] as const) {
    const sent = await part('style.css', accept);
    assert.equal(sent?.headers['Content-Encoding'] === 'gzip', isCompressed, accept);
  }
});

test('events: curves, then the state; from where one was', async (t) => {
  const { management, supervisor } = await setup(t);
  const history = new History<InstanceMeasure>(INSTANCE_MEASURES, 10);
  supervisor.history = history;
  const values = Object.fromEntries(INSTANCE_MEASURES.map((name) => [name, 1])) as Record<
    InstanceMeasure,
    number
  >;
  for (let i = 0; i < 3; i += 1) history.add({ ...values, atMs: i * 1000 });
  const first = await ask(management, 'GET /events');
  assert.equal(first.headers['content-type'], 'text/event-stream; charset=utf-8');
  const moments = (await event(first, 'moments')) as { isFresh: boolean; sinceMs: number[] };
  assert.deepEqual([moments.isFresh, moments.sinceMs], [true, [0, 1000, 2000]]);
  first.destroy();
  const again = await ask(management, 'GET /events', { 'Last-Event-ID': '1000-2' });
  const rest = (await event(again, 'moments')) as { isFresh: boolean; from: number };
  assert.deepEqual([rest.isFresh, rest.from], [false, 2]);
  again.destroy();
  const other = await ask(management, 'GET /events', { 'Last-Event-ID': '999-2' });
  assert.equal(((await event(other, 'moments')) as { isFresh: boolean }).isFresh, true);
  other.destroy();
  assert.equal(
    (await ask(management, 'HEAD /events')).headers['content-type'],
    'text/event-stream; charset=utf-8',
  );
});

test('too many are told so; the port ends all of them', async (t) => {
  const { management } = await setup(t);
  const open = [];
  for (let i = 0; i < 16; i += 1) open.push(await ask(management, 'GET /events'));
  const refused = await ask(management, 'GET /events');
  assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [503, '10']);
  refused.resume();
  const ended = open.map(async (response) => {
    response.resume().on('error', () => {});
    await once(response, 'close');
  });
  await management.close();
  await Promise.all(ended);
});

test('callers without authentication see what they see of /status, and no more', async (t) => {
  const { management, supervisor } = await setup(t, { host: '0.0.0.0', token: 'token' });
  supervisor.now = {
    ...supervisor.now,
    workers: supervisor.now.workers.map((worker) => Object.assign(worker, { sample: SAMPLE })),
    incidents: [
      {
        id: 'x',
        cause: 'event-loop-blocked',
        summary: 'secret path',
        worker: { id: 1, slot: 1, pid: 1 },
        openedAtMs: 1,
        endedAtMs: undefined,
        steps: [],
        facts: [],
        report: undefined,
        stack: undefined,
      },
    ],
  };
  const stranger = await ask(management, 'GET /events');
  const state = JSON.stringify(await event(stranger, 'state'));
  assert.match(state, /"isAuthenticated":false/);
  assert.doesNotMatch(state, /secret|token|mailbox/);
  stranger.destroy();
  const authenticated = await ask(management, 'GET /events', { Authorization: 'Bearer token' });
  assert.match(
    JSON.stringify(await event(authenticated, 'state')),
    /"isAuthenticated":true.*secret path.*mailbox/,
  );
  authenticated.destroy();
});

test('a report can be opened once with a ticket, which only authenticated callers get', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'console-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const id = '2026-11-22T03-04-05Z-crash';
  mkdirSync(path.join(directory, id));
  writeFileSync(path.join(directory, id, 'report.html'), '<p>report');
  const { management } = await setup(t, { host: '0.0.0.0', token: 'token', incidentsDirectory: directory });
  const report = `/incidents/${id}/report.html`;
  assert.equal((await ask(management, `GET ${report}`)).statusCode, 401);
  assert.equal((await ask(management, `GET ${report}?ticket=x`)).statusCode, 401);
  assert.equal((await ask(management, `POST /incidents/${id}/ticket`)).statusCode, 401);
  const given = await ask(management, `POST /incidents/${id}/ticket`, { Authorization: 'Bearer token' });
  assert.equal(given.statusCode, 201);
  const { path: link } = JSON.parse(await text(given)) as { path: string };
  assert.ok(link.startsWith(`${report}?ticket=`));
  assert.doesNotMatch(link, /token/);
  const shown = await ask(management, `GET ${link}`);
  assert.deepEqual([shown.statusCode, await text(shown)], [200, '<p>report']);
  assert.equal((await ask(management, `GET ${link}`)).statusCode, 401, 'once');
});

test('wrong tokens are looked at ten times, then not at all for a while', async (t) => {
  const { management } = await setup(t, { host: '0.0.0.0', token: 'token' });
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < 11; i += 1) {
    const response = await ask(management, 'POST /drain', { Authorization: `Bearer guess-${i}` });
    statuses.push(response.statusCode);
    response.resume();
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429]);
  const right = await ask(management, 'POST /drain', { Authorization: 'Bearer token' });
  assert.equal(right.statusCode, 429);
  assert.ok(Number(right.headers['retry-after']) > 0);
  assert.equal((await ask(management, 'GET /health')).statusCode, 200, 'what is free stays free');
  const status = await text(await ask(management, 'GET /status', { Authorization: 'Bearer token' }));
  assert.match(status, /"state":"running"/);
});
