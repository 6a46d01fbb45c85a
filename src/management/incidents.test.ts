import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  type StoredIncident,
  writeEvidence,
  writeIncident,
} from '../supervisor/incidents/evidence/folder.ts';
import type { Incident } from '../supervisor/index.ts';
import { type Management, startManagement } from './server.ts';
import { FakeLog, FakeSupervisor } from './support.test.ts';

function incident(id: string, openedAtMs: number): Incident {
  return {
    id,
    cause: 'crash',
    summary: `worker 1 ended since GET /secret-path`,
    worker: { id: 1, slot: 1, pid: 42 },
    openedAtMs,
    endedAtMs: undefined,
    steps: [{ atMs: openedAtMs, what: 'it ended' }],
    facts: ['signal SIGKILL'],
    report: undefined,
    stack: [{ functionName: 'secretFunction', url: 'file:///a.js', line: 1, column: 1 }],
  };
}

function stored(id: string, openedAtMs: number): StoredIncident {
  return {
    ...incident(id, openedAtMs),
    endedAtMs: openedAtMs + 1,
    outcome: 'recovered',
    schema: 1,
    evidence: [{ file: 'report.html', what: 'the report', bytes: 1 }],
    missing: [],
  };
}

async function setup(
  t: TestContext,
  { host = '127.0.0.1', token }: { host?: string; token?: string } = {},
): Promise<{ management: Management; supervisor: FakeSupervisor; dir: string }> {
  const dir = mkdtempSync(path.join(tmpdir(), 'respite-incidents-'));
  const supervisor = new FakeSupervisor();
  const management = await startManagement({
    supervisor,
    log: new FakeLog(),
    version: '1.2.3',
    address: { host, port: 0, chosen: true },
    token,
    showsScriptMetrics: true,
    incidentsDirectory: dir,
  });
  t.after(async () => {
    await management.close();
    rmSync(dir, { recursive: true });
  });
  return { management, supervisor, dir };
}

async function get(
  { address }: Management,
  route: string,
  given: Record<string, string> = {},
): Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }> {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const headers = { Respite: '1', ...given };
  const [response] = await once(
    request({ host: '127.0.0.1', port, path: route, headers, agent: false }).end(),
    'response',
  );
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text, headers: response.headers };
}

test('those of this run and those on disk are listed together, newest first, each once', async (t) => {
  const { management, supervisor, dir } = await setup(t);
  await writeIncident(dir, stored('2026-a', 1000));
  await writeIncident(dir, { ...stored('2026-b', 2000), endedAtMs: undefined });
  const live = { ...incident('2026-b', 2000), summary: 'known by now' };
  supervisor.now = { ...supervisor.now, incidents: [live, incident('2026-c', 3000)] };
  const { incidents } = JSON.parse((await get(management, '/incidents')).text) as { incidents: object[] };
  assert.deepEqual(
    incidents.map((one) => Object.values(one).slice(0, 3)),
    [
      ['2026-c', 'crash', incident('', 0).summary],
      ['2026-b', 'crash', 'known by now'],
      ['2026-a', 'crash', incident('', 0).summary],
    ],
  );
  assert.deepEqual((incidents[2] as { evidence: unknown }).evidence, ['report.html']);
  const one = JSON.parse((await get(management, '/incidents/2026-b')).text);
  assert.deepEqual([one.summary, one.schema, one.stack.length], ['known by now', 1, 1]);
});

test('a report is shown, and can do nothing', async (t) => {
  const { management, dir } = await setup(t);
  await writeIncident(dir, stored('2026-a', 1000));
  assert.equal((await get(management, '/incidents/2026-a/report.html')).status, 404);
  await writeEvidence(dir, '2026-a', 'report.html', '<h1>ended</h1>');
  const { status, text, headers } = await get(management, '/incidents/2026-a/report.html');
  assert.deepEqual(
    [status, text, headers['content-type']],
    [200, '<h1>ended</h1>', 'text/html; charset=utf-8'],
  );
  assert.match(
    String(headers['content-security-policy']),
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
  );
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('no path leads out of the folder', async (t) => {
  const { management, dir } = await setup(t);
  writeFileSync(path.join(dir, 'incident.json'), '{"schema":1,"id":".."}');
  writeFileSync(path.join(dir, 'report.html'), 'secret');
  for (const route of [
    '/incidents/2026-z',
    '/incidents/..',
    '/incidents/%2e%2e',
    '/incidents/../report.html',
    '/incidents/./report.html',
    '/incidents/..%2f/report.html',
    '/incidents/:id',
    '/incidents/:id/report.html',
    '/incidents//report.html',
    '/incidents/a/incident.json',
    '/incidents/',
  ]) {
    const { status, text } = await get(management, route);
    assert.equal(status, 404, route);
    assert.doesNotMatch(text, /secret/);
  }
});

test('incidents are for authenticated callers: on loopback no page of another site, elsewhere only with the token', async (t) => {
  const local = await setup(t);
  for (const route of ['/incidents', '/incidents/x', '/incidents/x/report.html']) {
    assert.equal((await get(local.management, route, { Host: 'evil.example' })).status, 403);
    assert.equal((await get(local.management, route, { Origin: 'https://evil.example' })).status, 403);
    assert.equal((await get(local.management, route, { Respite: '' })).status, 403);
  }
  const open = await setup(t, { host: '0.0.0.0', token: 'secret' });
  assert.equal((await get(open.management, '/incidents')).status, 401);
  assert.equal((await get(open.management, '/incidents', { Authorization: 'Bearer secret' })).status, 200);
});

test('without authentication the status has counters and states, no paths and no functions', async (t) => {
  const { management, supervisor } = await setup(t, { host: '0.0.0.0', token: 'secret' });
  supervisor.now = { ...supervisor.now, incidents: [incident('2026-a', 1)] };
  const anonymous = await get(management, '/status');
  assert.equal(anonymous.status, 200);
  assert.equal(JSON.parse(anonymous.text).incidents[0].cause, 'crash');
  assert.equal(JSON.parse(anonymous.text).script, 'server.js');
  assert.doesNotMatch(anonymous.text, /secret-path|secretFunction|SIGKILL|\/srv/);
  const [worker] = supervisor.now.workers;
  const report = { lastRequest: 'GET /a;jsessionid=0123' } as NonNullable<typeof worker>['report'];
  supervisor.now = { ...supervisor.now, state: 'draining', workers: worker ? [{ ...worker, report }] : [] };
  const status = (await get(management, '/status', { Authorization: 'Bearer secret' })).text;
  assert.match(status, /GET \/a;jsessionid=\*\*\*/);
  assert.match(status, /secret-path.*secretFunction/);
});
