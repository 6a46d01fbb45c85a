// Who is told of an incident is told once, in order, whatever the other side does; and nobody waits for that.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { endedIncident } from '../harness/incidents.ts';
import { echo, request } from '../harness/http.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { command, respite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const FIXTURE = 'faults/blocked.mjs';

/** The same logic in a shorter time. */
const DETECT = { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 4000 } };

interface Told {
  readonly schema: number;
  readonly event: string;
  readonly id: string;
  readonly count: number;
  readonly incident: {
    readonly id: string;
    readonly cause: string;
    readonly summary: string;
    readonly worker: { readonly pid: number };
  };
}

/** A webhook of ours. @param answer Gets the number of the try, from 1. */
async function webhook(
  t: TestContext,
  answer: (response: ServerResponse, nth: number) => void,
): Promise<{ url: string; told: Told[] }> {
  const told: Told[] = [];
  const server = createServer((req, response) => {
    let body = '';
    req.on('data', (chunk) => (body += String(chunk)));
    req.on('end', () => {
      told.push(JSON.parse(body) as Told);
      answer(response, told.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`, told };
}

function block(port: number): void {
  request(port, { path: '/sleepy-loop;jsessionid=0123456789' }).catch(() => {});
}

test('a webhook that fails twice hears of the opening and of the recovery, once each, in order', async (t) => {
  const { url, told } = await webhook(t, (response, nth) => response.writeHead(nth <= 2 ? 503 : 204).end());
  const running = respite(t, FIXTURE, {
    config: {
      supervisor: { stableMs: 300, detect: { blockedLoop: { ...DETECT.blockedLoop, killMs: 60_000 } } },
      notify: { webhook: { url } },
    },
  });
  const port = await running.port();
  const [sick] = await running.ready();
  block(port);
  await running.until('the third try', () => told.length === 3);
  // It recovers when the opening has been heard, or one message would tell both.
  writeFileSync(path.join(running.dir, 'unblock'), '');
  const incident = await endedIncident(running);
  await running.until('the recovery', () => told.length >= 4);
  assert.deepEqual(
    told.map(({ event }) => event),
    ['opened', 'opened', 'opened', 'recovered'],
  );
  for (const { schema, count, incident: of } of told) {
    assert.deepEqual(
      [schema, count, of.id, of.cause, of.worker.pid],
      [1, 1, incident.id, 'event-loop-blocked', sick?.pid],
    );
  }
  assert.equal(new Set(told.map(({ id }) => id)).size, 2, 'a try has the id of the one before');
  assert.match(told[3]?.incident.summary ?? '', /in sleepForEver/);
  assert.match(JSON.stringify(told), /since GET \/sleepy-loop;jsessionid=\*\*\*/);
  assert.doesNotMatch(JSON.stringify(told), /0123456789/);
  await running.stop();
  assert.equal(told.length, 4);
  assert.match(running.stderr, /webhook 127\.0\.0\.1:\d+: status 503; trying again/);
  assert.doesNotMatch(running.stderr, /secret-path/);
});

test('one that never answers delays neither healing nor the end', async (t) => {
  const { url, told } = await webhook(t, () => {});
  // Longer than everything that this test waits for: what goes on, goes on while the first try hangs.
  const running = respite(t, FIXTURE, {
    config: {
      supervisor: { stableMs: 300, detect: DETECT },
      notify: { webhook: { url, timeoutMs: 60_000 } },
    },
  });
  const port = await running.port();
  const [sick] = await running.ready();
  block(port);
  await running.until('the first try', () => told.length === 1);
  const incident = await endedIncident(running);
  assert.equal(incident.worker.pid, sick?.pid);
  assert.notEqual((await echo(port)).pid, sick?.pid);
  assert.equal((await running.stop()).code, 0);
  assert.equal(running.logged('not sent before the end').length, 1, running.transcript());
  assert.equal(told.length, 1);
});

test('a command gets the JSON, metrics count, and the incident is listed', async (t) => {
  const dir = temporaryDirectory();
  const script = path.join(dir, 'tell');
  writeFileSync(script, `#!/bin/sh\ncat >> "$1"\n`);
  chmodSync(script, 0o755);
  const out = path.join(dir, 'told');
  const running = respite(t, FIXTURE, {
    dir,
    config: { supervisor: { stableMs: 300, detect: DETECT }, notify: { command: [script, out] } },
  });
  const port = await running.port();
  await running.ready();
  const metrics = async (): Promise<string> => (await running.manage('/metrics')).body;
  assert.match(await metrics(), /^respite_incidents_total\{cause="event-loop-blocked"\} 0$/m);
  block(port);
  await running.until('the incident to be open', async () =>
    /^respite_incidents_open\{cause="event-loop-blocked"\} 1$/m.test(await metrics()),
  );
  const incident = await endedIncident(running);
  const lines = await running.until('two lines', () => {
    const told = existsSync(out) ? readFileSync(out, 'utf8').trim().split('\n') : [];
    return told.length === 2 && told;
  });
  assert.deepEqual(
    lines.map((line) => {
      const { event, incident: of } = JSON.parse(line) as Told;
      return [event, of.id, of.cause];
    }),
    [
      ['opened', incident.id, 'event-loop-blocked'],
      ['recovered', incident.id, 'event-loop-blocked'],
    ],
  );
  const text = await metrics();
  assert.match(text, /^respite_incidents_total\{cause="event-loop-blocked"\} 1$/m);
  assert.match(text, /^respite_incidents_open\{cause="event-loop-blocked"\} 0$/m);
  const { incidents } = JSON.parse((await running.manage('/incidents')).body) as {
    incidents: { id: string }[];
  };
  assert.deepEqual(
    incidents.map(({ id }) => id),
    [incident.id],
  );
  const shown = JSON.parse((await running.manage(`/incidents/${incident.id}`)).body) as { stack: unknown[] };
  assert.ok(shown.stack.length > 0);
});

test('respite notify test says who has heard', async (t) => {
  const { url, told } = await webhook(t, (response) => response.end());
  const broken = await webhook(t, (response) => response.writeHead(404).end());
  const dir = temporaryDirectory();
  const config = path.join(dir, 'respite.config.json');
  writeFileSync(config, JSON.stringify({ notify: { webhook: { url }, slack: { url: broken.url } } }));
  const tried = command(t, ['notify', 'test'], { dir });
  assert.equal((await tried.ended()).code, 1, tried.transcript());
  assert.match(tried.stdout, /^webhook 127\.0\.0\.1:\d+: sent, in \d+ ms$/m);
  assert.match(tried.stdout, /^slack 127\.0\.0\.1:\d+: not sent: status 404$/m);
  assert.doesNotMatch(tried.stdout + tried.stderr, /secret-path/);
  assert.deepEqual([told.length, told[0]?.event], [1, 'test']);
  writeFileSync(config, JSON.stringify({ notify: { webhook: { url } } }));
  const good = command(t, ['notify', 'test'], { dir });
  assert.equal((await good.ended()).code, 0, good.transcript());
  await until('the second', () => told.length === 2);
});
