// What is kept of an incident: complete, readable, without secrets, and never in the way of healing.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { StoredIncident } from '../../../src/supervisor/incidents/evidence/folder.ts';
import type { Incident } from '../../../src/supervisor/index.ts';
import { echo, request } from '../../harness/http.ts';
import { REFUSES_NOTHING, respite, type RunningRespite, STATUS_PAUSE_MS } from '../../harness/respite.ts';
import { endedIncident } from '../../harness/incidents.ts';

const BLOCKED = 'faults/blocked.mjs';
const LEAKS = 'faults/leaks.mjs';
const QUICK = { unreadyMs: 500, evidenceMs: 1000, killMs: 4000 };

/** What is kept of a blocked event loop. */
const FILES = [
  'context.json',
  'diagnostic-report.json',
  'log.txt',
  'report.html',
  'requests.json',
  'worker.cpuprofile',
];

function inFolder(running: RunningRespite, incident: Incident, file: string): string {
  return path.join(running.dir, '.respite/incidents', incident.id, file);
}

/** `incident.json`, once it knows of the end, and when nothing in its folder is written any more: Respite has ended. */
async function stored(running: RunningRespite, incident: Incident): Promise<StoredIncident> {
  const file = inFolder(running, incident, 'incident.json');
  const read = (): StoredIncident => JSON.parse(readFileSync(file, 'utf8')) as StoredIncident;
  await running.until('the end of the incident on disk', () => {
    if (!existsSync(file)) return false;
    const { endedAtMs, evidence } = read();
    return endedAtMs !== undefined && evidence.some((kept) => kept.file === 'log.txt');
  });
  // The report, which has what the log says, comes after the log. A file is written beside its name and then renamed.
  assert.equal((await running.stop()).code, 0);
  return read();
}

interface HeapNode {
  readonly callFrame: { readonly functionName: string };
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

// They wait for detectors and for captures.
describe('evidence', { concurrency: 4 }, () => {
  test('a blocked event loop: who it was, what it was at, and everything around', async (t) => {
    const running = respite(t, BLOCKED, {
      config: { supervisor: { stableMs: 300, detect: { blockedLoop: QUICK } } },
    });
    const port = await running.port();
    await running.ready();
    const waiting = [request(port, { path: '/busy-loop' }), request(port, { path: '/slow/one' })];
    for (const each of waiting) each.catch(() => {});
    const incident = await endedIncident(running);
    const kept = await stored(running, incident);
    assert.deepEqual(kept.missing, [], running.transcript());
    assert.deepEqual(kept.evidence.map(({ file }) => file).toSorted(), FILES);
    for (const { file, bytes } of kept.evidence) {
      const { size, mode } = statSync(inFolder(running, incident, file));
      assert.ok(size > 0 && (file === 'report.html' || size === bytes), file);
      assert.equal(mode & 0o777, 0o600);
    }
    const read = (file: string): string => readFileSync(inFolder(running, incident, file), 'utf8');
    const report = read('report.html');
    for (const part of [
      'spinForEver',
      'while (!existsSync(',
      'GET /busy-loop',
      'going wrong',
      '<svg',
      'Sockets by peer',
      'diagnostic-report.json',
    ]) {
      assert.ok(report.includes(part), part);
    }
    const requests = JSON.parse(read('requests.json')) as { route: string; oldestMs: number }[];
    const blocked = requests.find(({ route }) => route === 'GET /busy-loop');
    assert.ok((blocked?.oldestMs ?? 0) >= 1000, read('requests.json'));
    const profile = JSON.parse(read('worker.cpuprofile')) as {
      nodes: { callFrame: { functionName: string } }[];
    };
    assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'spinForEver'));
    const diagnostic = JSON.parse(read('diagnostic-report.json')) as Record<string, unknown>;
    assert.ok('javascriptHeap' in diagnostic && !('environmentVariables' in diagnostic));
  });

  test('a leak of 20 MB/s: the profile names the function that leaks', async (t) => {
    const running = respite(t, LEAKS, {
      options: ['--heap', '256'],
      config: { admission: REFUSES_NOTHING, supervisor: { stableMs: 300 } },
    });
    const port = await running.port();
    await running.ready();
    await echo(port, { path: '/leak?mb=20' });
    const incident = await running.until(
      'an incident that has ended',
      async () => {
        await echo(port).catch(() => {});
        const [first] = (await running.status()).incidents;
        return first?.endedAtMs === undefined ? undefined : first;
      },
      60_000,
      STATUS_PAUSE_MS,
    );
    const kept = await stored(running, incident);
    assert.deepEqual(kept.missing, [], running.transcript());
    const file = inFolder(running, incident, 'worker.heapprofile');
    const sizes = new Map<string, number>();
    const walk = ({ callFrame, selfSize, children }: HeapNode, above: string): void => {
      const here = `${above}/${callFrame.functionName}`;
      sizes.set(here, (sizes.get(here) ?? 0) + selfSize);
      for (const child of children) walk(child, here);
    };
    walk((JSON.parse(readFileSync(file, 'utf8')) as { head: HeapNode }).head, '');
    const [heaviest] = [...sizes].toSorted(([, a], [, b]) => b - a);
    assert.match(heaviest?.[0] ?? '', /leakSomething/);
  });

  test('no secret is in any file, log line or answer: not of headers, cookies, URLs, the environment, or what the server writes', async (t) => {
    const secrets = [
      'in-a-header-xyzzy',
      'in-a-cookie-xyzzy',
      'in-a-query-xyzzy',
      'in-the-env-xyzzy',
      'in-a-url-xyzzy',
    ];
    const [header, cookie, query, env, url] = secrets;
    const running = respite(t, 'faults/secretive.mjs', {
      config: { supervisor: { stableMs: 300, detect: { blockedLoop: QUICK } } },
      env: { API_TOKEN: env, DATABASE_URL: `postgres://app:${url}@db.example/app` },
      args: ['--client-secret', 'in-an-argument-xyzzy'],
    });
    const port = await running.port();
    await running.ready();
    const headers = { authorization: `Bearer ${header}`, cookie: `sid=${cookie}` };
    await request(port, { path: `/says-it-all?code=${query}`, headers });
    await running.until('all of them in the output', () => {
      const output = running.stdout + running.stderr;
      return secrets.every((secret) => output.includes(secret));
    });
    request(port, { path: `/sleepy-loop;jsessionid=in-a-path-xyzzy?code=${query}`, headers }).catch(() => {});
    const incident = await endedIncident(running);
    for (const route of ['/status', '/incidents', `/incidents/${incident.id}`]) {
      const { body } = await running.manage(route);
      assert.match(body, /sleepy-loop/, route);
      assert.doesNotMatch(body, /xyzzy/, route);
    }
    await stored(running, incident);
    const folder = path.dirname(inFolder(running, incident, 'x'));
    const files = readdirSync(folder).toSorted();
    assert.deepEqual(files, ['incident.json', ...FILES].toSorted(), running.transcript());
    for (const file of files) {
      const text = readFileSync(path.join(folder, file), 'latin1');
      assert.doesNotMatch(text, /xyzzy/, file);
    }
    assert.match(readFileSync(path.join(folder, 'log.txt'), 'utf8'), /says it all: .*\*\*\*/);
    assert.match(JSON.stringify(running.log), /since GET \/sleepy-loop;jsessionid=\*\*\*/);
    assert.doesNotMatch(JSON.stringify(running.log), /xyzzy/);
  });

  test('what is asked for on the management port is captured, from a blocked worker too', async (t) => {
    const running = respite(t, BLOCKED, { config: { supervisor: { detect: { blockedLoop: false } } } });
    const port = await running.port();
    await running.ready();
    const idle = await running.manage('/capture/heap-profile?seconds=0.2', 'POST');
    assert.deepEqual([idle.status, typeof JSON.parse(idle.body).head], [200, 'object']);
    const snapshot = await running.manage('/capture/heap-snapshot', 'POST');
    const { file, bytes } = JSON.parse(snapshot.body) as { file: string; bytes: number };
    assert.deepEqual(
      [snapshot.status, statSync(file).size, statSync(file).mode & 0o777],
      [201, bytes, 0o600],
    );
    assert.ok('snapshot' in JSON.parse(readFileSync(file, 'utf8')));
    const answer = request(port, { path: '/sleepy-loop' });
    await running.untilStatus('a busy loop', ({ workers: [now] }) => now?.state === 'unresponsive');
    const stack = await running.manage('/capture/stack?worker=1', 'POST');
    assert.match(stack.body, /sleepForEver/);
    const profile = await running.manage('/capture/cpu-profile?seconds=0.3', 'POST');
    assert.match(profile.body, /sleepForEver/);
    writeFileSync(path.join(running.dir, 'unblock'), '');
    assert.equal((await answer).status, 200);
    assert.equal((await running.manage('/capture/stack?worker=9', 'POST')).status, 404);
    assert.equal((await running.stop()).code, 0);
  });
});
