// Requests that nobody answers although there is nothing to do are seen, and whom they wait for is named; what lasts long by nature
// is not replaced.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import type { Incident } from '../../../src/supervisor/index.ts';
import { echo, request } from '../../harness/http.ts';
import { Lateness } from '../../harness/lateness.ts';
import { respite, type RunningRespite } from '../../harness/respite.ts';
import { Database } from './database.ts';
import { endedIncident, steps } from '../../harness/incidents.ts';

const FIXTURE = 'faults/stuck.mjs';

/** Clients who come all the time, and give up after a while. */
function crowd(t: TestContext, port: number, path: string): () => void {
  const timer = setInterval(() => {
    request(port, { path }).catch(() => {});
  }, 100);
  const stop = (): void => clearInterval(timer);
  t.after(stop);
  return stop;
}

interface Stuck {
  readonly running: RunningRespite;
  readonly database: Database;
  readonly peer: string;
  readonly port: number;
  ask(path: string, times: number): void;
}

/** A server whose workers have answered queries. */
async function start(t: TestContext, stuckRequests: object | undefined, workers = 1): Promise<Stuck> {
  const database = new Database(t, true);
  const databasePort = await database.port();
  const running = respite(t, FIXTURE, {
    env: { PORT_OF_DATABASE: String(databasePort) },
    options: ['--workers', String(workers)],
    config: {
      supervisor: { drainTimeoutMs: 500, stableMs: 300, ...(stuckRequests && { detect: { stuckRequests } }) },
    },
  });
  const port = await running.port();
  await running.ready();
  // A kind of which five requests were answered is known.
  for (let i = 0; i < 5 * workers; i += 1) await echo(port, { path: '/query' });
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  const ask = (path: string, times: number): void => {
    for (let i = 0; i < times; i += 1) request(port, { path, agent }).catch(() => {});
  };
  return { running, database, port, peer: `127.0.0.1:${databasePort}`, ask };
}

async function openIncident(running: RunningRespite, cause: string): Promise<Incident> {
  return running.untilStatus(`an open incident ${cause}`, ({ incidents }) =>
    incidents.find((incident) => incident.cause === cause && incident.endedAtMs === undefined),
  );
}

// They wait for the detector, up to 30 s.
describe('requests that nobody answers', { concurrency: 6 }, () => {
  test('a database that never answers: the peer is named, the worker replaced', async (t) => {
    const { running, database, peer, ask } = await start(t, { afterMs: 3000 });
    const [sick] = await running.ready();
    database.answers = false;
    ask('/query?token=secret', 8);
    const incident = await endedIncident(running);
    assert.equal(incident.cause, 'stuck-requests', running.transcript());
    assert.equal(incident.worker.pid, sick?.pid);
    assert.match(
      incident.summary,
      new RegExp(
        `has answered nothing for \\d s .*: 8 requests wait; 5 connections to ${peer}, the peer of most$`,
      ),
    );
    assert.ok(
      incident.facts.some((fact) => fact.startsWith('8 wait for GET /query,')),
      incident.facts.join('\n'),
    );
    assert.match(steps(incident), /\nreplaced$/);
    assert.equal((await running.status()).restarts['stuck-requests'], 1);
    assert.doesNotMatch(running.stderr, /secret/);
  });

  test('when the same sticks again the worker is spared: it is not ready until somebody is answered', async (t) => {
    const { running, database, peer, port, ask } = await start(t, { afterMs: 2000 });
    database.answers = false;
    ask('/query', 6);
    const first = await endedIncident(running);
    assert.equal(first.cause, 'stuck-requests');
    const [fresh] = await running.ready();
    await echo(port);
    ask('/query', 6);
    const second = await openIncident(running, 'dependency-slow');
    assert.equal(second.worker.pid, fresh?.pid);
    assert.match(
      second.summary,
      new RegExp(`${peer}, the peer of most; worker 1 was replaced for the same .* ago, which did not help$`),
    );
    assert.equal((await running.manage('/health/ready')).status, 503);
    database.answers = true;
    const { incidents, restarts, workers } = await running.untilStatus('the end of it', (status) =>
      status.incidents.find(({ id }) => id === second.id)?.endedAtMs === undefined ? undefined : status,
    );
    // A machine that is short of processors may have an incident of its own.
    const causes = incidents.map(({ cause }) => cause).filter((cause) => cause !== 'cpu-starved');
    assert.deepEqual(causes.toSorted(), ['dependency-slow', 'stuck-requests'], running.transcript());
    assert.deepEqual([restarts['stuck-requests'], workers[0]?.pid], [1, fresh?.pid]);
    await running.ready();
  });

  test('of two workers that are stuck on the same one is replaced, the other only when that has helped', async (t) => {
    const { running, database, port } = await start(t, { afterMs: 2000, atLeast: 3 }, 2);
    database.answers = false;
    // New connections spread over both.
    const stop = crowd(t, port, '/query');
    await openIncident(running, 'dependency-slow');
    const { incidents } = await running.status();
    assert.deepEqual(incidents.map(({ cause }) => cause).toSorted(), ['dependency-slow', 'stuck-requests']);
    stop();
  });

  test('one worker has lost its pool, its neighbour answers: it is found by what clients gave up, and replaced', async (t) => {
    const { running, database, peer, port } = await start(t, { afterMs: 8000 }, 2);
    const [sick] = await running.ready();
    const asked = { sick: 0, other: 0 };
    // New connections spread over both; each client gives up after 2 s, so that few wait at the same moment.
    const timer = setInterval(() => {
      request(port, { path: '/query', signal: AbortSignal.timeout(2000) }).then(
        () => (asked.other += 1),
        () => (asked.sick += 1),
      );
    }, 500);
    t.after(() => clearInterval(timer));
    await running.untilStatus('traffic of both', ({ workers }) =>
      workers.every(({ report }) => (report?.completions ?? 0) >= 5) ? true : undefined,
    );
    database.deafTo = sick?.pid ?? 0;
    const incident = await endedIncident(running, 60_000);
    clearInterval(timer);
    assert.deepEqual(
      [incident.cause, incident.worker.pid],
      ['stuck-requests', sick?.pid],
      running.transcript(),
    );
    assert.ok(incident.summary.includes(`to ${peer}, the peer of most`), incident.summary);
    assert.ok(
      incident.facts.includes('other workers answer GET /query meanwhile'),
      incident.facts.join('\n'),
    );
    assert.match(steps(incident), /\nreplaced$/);
    assert.ok(asked.sick >= 5 && asked.other >= 5, JSON.stringify(asked));
    const { incidents, restarts } = await running.status();
    assert.deepEqual([incidents.length, restarts['stuck-requests']], [1, 1]);
  });

  test('event streams and a long poll are not stuck', async (t) => {
    const { running, ask } = await start(t, { afterMs: 2000 });
    ask('/events', 10);
    ask('/poll', 4);
    const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
    const { workers, incidents } = await running.untilStatus('6 s of reports', (status) =>
      (status.workers[0]?.report?.sequence ?? 0) > sequence + 24 ? status : undefined,
    );
    assert.deepEqual([incidents, workers[0]?.report?.waiting], [[], 4]);
  });

  test('at the defaults a database that never answers is found within 32 s', async (t) => {
    const { running, database, peer, port } = await start(t, undefined);
    const lateness = new Lateness(t);
    database.answers = false;
    const atMs = Date.now();
    const stop = crowd(t, port, '/query');
    const incident = await endedIncident(running, 60_000);
    stop();
    const tookMs = incident.openedAtMs - atMs;
    assert.ok(
      tookMs >= 30_000 && tookMs <= 32_000 + lateness.maxMs,
      `${tookMs}, machine late by ${lateness.maxMs}`,
    );
    assert.ok(incident.summary.includes(`5 connections to ${peer}, the peer of most`), incident.summary);
  });
});
