// Behind a real HAProxy and a real nginx, with the configurations that docs/guide/load-balancers.md gives.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test, type TestContext } from 'node:test';
import { Load } from '../harness/load.ts';
import { lacks, type Program } from '../harness/programs.ts';
import { type RunningRespite } from '../harness/respite.ts';
import {
  HAPROXY_WITH_AGENTS,
  HAPROXY_WITHOUT_RETRIES,
  NGINX_WITHOUT_RETRIES,
  type Places,
} from '../harness/services/configuration.ts';
import { startHaproxy } from '../harness/services/haproxy.ts';
import { freePlace, startAt } from '../harness/services/instance.ts';
import { startNginx } from '../harness/services/nginx.ts';
import { freePort } from '../harness/services/service.ts';
import { until } from '../harness/until.ts';

/** The bench does more. */
const RESTARTS = 2;
const CONNECTIONS = 6;

const BALANCERS: readonly {
  readonly name: string;
  readonly program: Program;
  readonly start: (t: TestContext, places: Places) => Promise<number>;
}[] = [
  {
    name: 'HAProxy, which shares connections from the first request on',
    program: 'haproxy',
    async start(t, places) {
      const sharing = ['balance roundrobin', 'balance roundrobin\n  http-reuse always'] as const;
      return (await startHaproxy(t, places, [...HAPROXY_WITHOUT_RETRIES, sharing])).port;
    },
  },
  {
    name: 'nginx',
    program: 'nginx',
    start: async (t, places) => (await startNginx(t, places, NGINX_WITHOUT_RETRIES)).port,
  },
];

/** Requests between two events: each connection sends several to each instance. */
const REQUESTS = 100;

/** Load that also ends with a test that fails. Its default pace is for tests that take many seconds. */
function loadOn(t: TestContext, port: number, pauseMs: number = 12): Load {
  const load = new Load(port, { connections: CONNECTIONS, pauseMs });
  t.after(() => load.stop());
  return load;
}

/** How often each happened; what a balancer's error page says is left out. */
function counted(failures: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const failure of failures) {
    const what = failure.split('<', 1)[0] ?? '';
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

async function restart(running: RunningRespite): Promise<void> {
  const { restarts: before, workersWanted } = await running.status();
  running.signal('SIGHUP');
  await running.untilStatus(
    'a rolling restart',
    ({ restarts, restarting, workers }) =>
      !restarting &&
      restarts.rolling === before.rolling + workersWanted &&
      workers.length === workersWanted &&
      workers.every(({ state }) => state === 'ready'),
  );
}

for (const { name, program, start } of BALANCERS) {
  test(
    `${name}: rolling restarts of one instance, no failed request`,
    { skip: lacks(program) },
    async (t) => {
      const place = await freePlace();
      const running = await startAt(t, place, { config: { supervisor: { trialMs: 0 } } });
      const load = loadOn(t, await start(t, [place]));
      for (let n = 0; n < RESTARTS; n += 1) {
        await load.more(REQUESTS);
        await restart(running);
      }
      await load.more(REQUESTS);
      const { failures, pids } = await load.stop();
      assert.deepEqual(counted(failures), {}, running.transcript());
      assert.equal(pids.size, RESTARTS + 1);
    },
  );
}

/** As in docs/guide/load-balancers.md, but checked more often, so that the test takes less time. */
const FAST_CHECKS = ['inter 1s fall 3 rise 2', 'inter 300ms fall 3 rise 2'] as const;
const WAIT_FOR_HAPROXY = { supervisor: { balancer: { checkIntervalMs: 300, checkFailures: 3 } } };

test(
  'HAProxy sees nothing of a rolling restart, and everything of an end',
  { skip: lacks('haproxy') },
  async (t) => {
    const place = await freePlace();
    const running = await startAt(t, place, { config: { supervisor: { balancer: { waitMs: 600_000 } } } });
    const haproxy = await startHaproxy(t, [place], [FAST_CHECKS]);
    const seen: string[] = [];
    const watch = setInterval(() => {
      haproxy.states().then((state) => seen.push(state), String);
    }, 50);
    t.after(() => {
      clearInterval(watch);
    });
    await restart(running);
    clearInterval(watch);
    assert.deepEqual(new Set(seen), new Set(['UP']));

    running.signal('SIGTERM');
    await haproxy.sees('DOWN');
    // Another SIGTERM within a second would be the same request.
    running.signal('SIGINT');
    await running.ended();
  },
);

test(
  'HAProxy: instances ended and started again one after the other, no failed request',
  { skip: lacks('haproxy') },
  async (t) => {
    const places = [await freePlace(), await freePlace()] as const;
    const given = { config: WAIT_FOR_HAPROXY };
    const instances = await Promise.all(places.map((place) => startAt(t, place, given)));
    const haproxy = await startHaproxy(t, places, [...HAPROXY_WITHOUT_RETRIES, FAST_CHECKS]);
    const load = loadOn(t, haproxy.port);
    for (const [i, place] of places.entries()) {
      await load.more(REQUESTS);
      await instances[i]?.stop();
      await haproxy.sees(...places.map((_, other) => (i === other ? 'DOWN' : 'UP')));
      await startAt(t, place, given);
      await haproxy.sees('UP', 'UP');
    }
    await load.more(REQUESTS);
    const { failures, pids } = await load.stop();
    assert.deepEqual(counted(failures), {});
    assert.equal(pids.size, 4);
  },
);

test(
  'nginx: instances ended and started again one after the other, no failed request',
  { skip: lacks('nginx') },
  async (t) => {
    const places = [await freePlace(), await freePlace()] as const;
    const instances = await Promise.all(places.map((place) => startAt(t, place)));
    const load = loadOn(t, (await startNginx(t, places)).port);
    for (let n = 0; n < 2; n += 1) {
      for (const [i, place] of places.entries()) {
        await load.more(REQUESTS);
        await instances[i]?.stop();
        instances[i] = await startAt(t, place);
      }
    }
    await load.more(REQUESTS);
    const { failures } = await load.stop();
    assert.deepEqual(counted(failures), {});
  },
);

for (const [name, program, start] of [
  ['HAProxy', 'haproxy', async (t: TestContext, places: Places) => (await startHaproxy(t, places)).port],
  ['nginx', 'nginx', async (t: TestContext, places: Places) => (await startNginx(t, places)).port],
] as const) {
  test(
    `${name}: of a worker that is killed only POSTs in flight are lost`,
    { skip: lacks(program) },
    async (t) => {
      const places = [await freePlace(), await freePlace()] as const;
      const instances = await Promise.all(
        places.map((place) =>
          startAt(t, place, { options: ['--workers', '2'], config: { supervisor: { trialMs: 0 } } }),
        ),
      );
      // So that the kills find requests in flight.
      const load = loadOn(t, await start(t, places), 1);
      for (const running of instances) {
        await load.more(REQUESTS);
        const before = load.report.failures.length;
        const [victim] = await running.ready();
        process.kill(victim?.pid ?? 0, 'SIGKILL');
        await running.logs(`worker ${victim?.id} ended with signal SIGKILL`);
        // Each connection has one request at a time, and the balancer may send it again before it answers.
        await load.inFlightEnded();
        const lost = load.report.failures.length;
        assert.ok(lost - before <= CONNECTIONS, JSON.stringify(counted(load.report.failures)));
        await load.more(REQUESTS);
        await running.ready();
        assert.equal(load.report.failures.length, lost, JSON.stringify(counted(load.report.failures)));
      }
      assert.deepEqual(
        load.report.failures.filter((failure) => !failure.startsWith('POST')),
        [],
      );
    },
  );
}

test(
  'HAProxy gives a full instance less than an idle one, and nothing to one that drains',
  { skip: lacks('haproxy') },
  async (t) => {
    const places = [
      { ...(await freePlace()), agentPort: await freePort() },
      { ...(await freePlace()), agentPort: await freePort() },
    ] as const;
    const [idle, full] = await Promise.all(
      places.map((place) =>
        startAt(t, place, {
          options: ['--agent-check', String(place.agentPort)],
          config: { admission: { limit: 1 } },
        }),
      ),
    );
    // It never gets the rest of its body, so the one place of its instance stays taken.
    const held = request({ port: places[1].port, method: 'POST', headers: { 'Content-Length': 9 } });
    held.on('error', () => {});
    held.write('x');
    t.after(() => held.destroy());
    const haproxy = await startHaproxy(t, places, [
      ...HAPROXY_WITH_AGENTS,
      // A drain takes readiness down too: without it, what HAProxy sees comes from the agent.
      ['  option httpchk\n', ''],
      ['  http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host localhost\n', ''],
    ]);
    let weights: readonly number[] = [];
    await until(
      'weights that differ',
      async () => {
        weights = await haproxy.weights();
        const [more = 0, less = 0] = weights;
        return less >= 1 && less <= 24 && more >= 2 * less;
      },
      () => `${weights.join(' ')}\n${full?.transcript()}`,
      60_000,
      200,
    );
    await idle?.manage('/drain', 'POST');
    await until('a weight of 0', async () => (await haproxy.weights())[0] === 0);
    const load = loadOn(t, haproxy.port);
    await load.more(REQUESTS);
    const { failures, pids } = await load.stop();
    const [served] = (await full?.ready()) ?? [];
    assert.deepEqual([counted(failures), [...pids]], [{}, [served?.pid]]);
    held.destroy();
  },
);
