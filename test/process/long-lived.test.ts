// A server without any options: what takes long must not keep out what doesn't, and what waits in line must not be let in without end.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdmissionStats } from '../../src/admission/index.ts';
import type { SupervisorStatus } from '../../src/supervisor/instance/status.ts';
import { request } from '../harness/http.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { DEADLINE_MS } from '../harness/until.ts';

/** The tests end with responses that never do. */
const IMPATIENT = { supervisor: { drainTimeoutMs: 50 } };

const ENOUGH_TO_BE_SURE = 100;

interface Server {
  readonly running: RunningRespite;
  readonly port: number;
  readonly agent: http.Agent;
}

async function server(t: TestContext): Promise<Server> {
  const running = respite(t, 'long-lived.mjs', { config: IMPATIENT });
  const port = await running.port();
  await running.ready();
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  return { running, port, agent };
}

/** Status of the head of a response. What of the body comes is let go. */
async function head({ port, agent }: Server, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = http.get({ host: '127.0.0.1', port, path, agent, timeout: DEADLINE_MS });
    asked.on('error', reject);
    asked.on('response', (res) => {
      res.on('error', () => {}); // the server goes away in the end
      res.resume();
      resolve(res.statusCode ?? 0);
    });
  });
}

/** As a client with patience: comes again after `Retry-After: 1`. */
async function served(to: Server, path: string): Promise<number> {
  for (let refusals = 0; ; refusals += 1) {
    if ((await head(to, path)) === 200) return refusals;
    await delay(1000);
  }
}

function admissionOf({ workers }: SupervisorStatus): AdmissionStats | undefined {
  return workers[0]?.sample?.admission;
}

/** One after the other, as on a quiet day; every one has to be served. */
async function quietRequests({ port, agent }: Server): Promise<void> {
  for (let n = 0; n < ENOUGH_TO_BE_SURE; n += 1) {
    const { status, headers } = await request(port, { path: '/slow', agent });
    assert.equal(status, 200, `request ${n}: ${String(headers['respite-shed'])}`);
  }
}

test('500 clients that listen to events keep nobody out', async (t) => {
  const to = await server(t);
  for (let batch = 0; batch < 25; batch += 1) {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => head(to, '/events')));
    assert.deepEqual([...new Set(statuses)], [200], `batch ${batch}`);
  }
  await quietRequests(to);
  await to.running.untilStatus('no request to be counted', (status) => admissionOf(status)?.inFlight === 0);
});

test('90 requests at once at an idle server are all served', async (t) => {
  const to = await server(t);
  // Connections first: this is about requests.
  await Promise.all(Array.from({ length: 90 }, () => served(to, '/slow')));
  await delay(1100);
  const statuses = await Promise.all(Array.from({ length: 90 }, () => head(to, '/slow')));
  assert.deepEqual([...new Set(statuses)], [200]);
});

test('300 streams that come at once are all let in soon, and keep nobody out then', async (t) => {
  const to = await server(t);
  await Promise.all(Array.from({ length: 300 }, () => served(to, '/stream')));
  // The last of them count until they are older than the target, which is half a second.
  await delay(1000);
  await quietRequests(to);
});

test('300 clients that poll all the time keep nobody out once they are known for what they are', async (t) => {
  const to = await server(t);
  // A request has to be half a second old to step aside, and those that were refused come again after a second.
  const knownMs = performance.now() + 3000;
  const endsMs = performance.now() + 9000;
  const polls = Array.from({ length: 300 }, async (_, n) => {
    await delay(10 * n);
    do await served(to, '/poll');
    while (performance.now() < endsMs);
  });
  let ok = 0;
  let refused = 0;
  while (performance.now() < endsMs) {
    const status = await head(to, '/slow');
    if (status === 200) ok += 1;
    else if (performance.now() > knownMs) refused += 1;
    await delay(5);
  }
  assert.ok(refused <= ok / 100, `${refused} refused, ${ok} served`);
  await Promise.all(polls);
});

test('a pool that is flooded is given little more than it can do', async (t) => {
  const to = await server(t);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 300 });
  t.after(() => agent.destroy());
  const flooded = { ...to, agent };
  // 20 slots of 100 ms are 200 a second; one request a millisecond is five times that.
  const answers: { readonly status: number; readonly ms: number; readonly atMs: number }[] = [];
  const startMs = performance.now();
  const asked: Promise<void>[] = [];
  while (performance.now() - startMs < 6000) {
    for (let due = performance.now() - startMs; asked.length < due;) {
      const sentMs = performance.now();
      asked.push(
        head(flooded, '/pool').then((status) => {
          const atMs = performance.now();
          answers.push({ status, ms: atMs - sentMs, atMs: atMs - startMs });
        }),
      );
    }
    await delay(5);
  }
  const limit = await to.running.untilStatus('the limit', (status) => admissionOf(status)?.limit);
  await Promise.all(asked);
  const good = answers.filter(
    ({ status, ms, atMs }) => status === 200 && ms < 1000 && atMs > 3000 && atMs <= 6000,
  );
  assert.ok(limit >= 10 && limit <= 80, `limit ${limit}`);
  assert.ok(good.length >= 0.5 * 3 * 200, `${good.length} served in time in 3 s`);
  assert.ok(answers.some(({ status }) => status === 503));
});
