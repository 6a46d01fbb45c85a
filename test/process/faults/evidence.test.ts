// What is kept of an incident: complete, readable, without secrets, and never in the way of healing.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { StoredIncident } from '../../../src/supervisor/evidence/folder.ts';
import type { Incident } from '../../../src/supervisor/index.ts';
import { echo, request } from '../harness/http.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { endedIncident } from './incidents.ts';

const BLOCKED = '../faults/blocked.mjs';
const LEAKS = '../faults/leaks.mjs';
const QUICK = { unreadyMs: 500, evidenceMs: 1000, killMs: 4000 };

function inFolder(running: RunningRespite, incident: Incident, file: string): string {
  return path.join(running.dir, '.respite/incidents', incident.id, file);
}

/** `incident.json`, once it knows of the end. */
async function stored(running: RunningRespite, incident: Incident): Promise<StoredIncident> {
  return running.until('the end of the incident on disk', () => {
    const file = inFolder(running, incident, 'incident.json');
    const read = JSON.parse(readFileSync(file, 'utf8')) as StoredIncident;
    // The log is the last that is written.
    return read.endedAtMs !== undefined && read.evidence.some((kept) => kept.file === 'log.txt') && read;
  });
}

test('a blocked event loop: who it was, what it was at, and everything around', async (t) => {
  const running = respite(t, BLOCKED, { config: { supervisor: { detect: { blockedLoop: QUICK } } } });
  const port = await running.port();
  await running.ready();
  const waiting = [request(port, { path: '/busy-loop' }), request(port, { path: '/slow/one' })];
  for (const each of waiting) each.catch(() => {});
  const incident = await endedIncident(running);
  const kept = await stored(running, incident);
  assert.deepEqual(kept.missing, [], running.transcript());
  assert.deepEqual(kept.evidence.map(({ file }) => file).toSorted(), [
    'context.json',
    'diagnostic-report.json',
    'log.txt',
    'report.html',
    'requests.json',
    'worker.cpuprofile',
  ]);
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
  const [blocked] = requests.filter(({ route }) => route === 'GET /busy-loop');
  assert.ok((blocked?.oldestMs ?? 0) >= 1000, read('requests.json'));
  const profile = JSON.parse(read('worker.cpuprofile')) as {
    nodes: { callFrame: { functionName: string } }[];
  };
  assert.ok(profile.nodes.some(({ callFrame }) => callFrame.functionName === 'spinForEver'));
  const diagnostic = JSON.parse(read('diagnostic-report.json')) as Record<string, unknown>;
  assert.ok('javascriptHeap' in diagnostic && !('environmentVariables' in diagnostic));
});

interface HeapNode {
  readonly callFrame: { readonly functionName: string };
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

test('a leak of 20 MB/s: the profile names the function that leaks', async (t) => {
  const running = respite(t, LEAKS, {
    options: ['--heap', '256'],
    config: { admission: { turnBudget: false } },
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
  );
  const kept = await stored(running, incident);
  assert.deepEqual(kept.missing, [], running.transcript());
  const file = inFolder(running, incident, 'worker.heapprofile');
  const sizes = new Map<string, number>();
  const walk = ({ callFrame, selfSize, children }: HeapNode, path: string): void => {
    const here = `${path}/${callFrame.functionName}`;
    sizes.set(here, (sizes.get(here) ?? 0) + selfSize);
    for (const child of children) walk(child, here);
  };
  walk((JSON.parse(readFileSync(file, 'utf8')) as { head: HeapNode }).head, '');
  const [heaviest] = [...sizes].toSorted(([, a], [, b]) => b - a);
  assert.match(heaviest?.[0] ?? '', /leakSomething/);
});
