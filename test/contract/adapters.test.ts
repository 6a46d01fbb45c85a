// What a policy beside a route promises, held by every framework's adapter.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { fastify } from 'fastify';
import * as forExpress from '../../src/adapter/express.ts';
import * as forFastify from '../../src/adapter/fastify.ts';
import * as forHono from '../../src/adapter/hono.ts';
import * as forKoa from '../../src/adapter/koa.ts';
import { Admission, intercept } from '../../src/admission/index.ts';
import { resolveAdmissionOptions } from '../../src/admission/options.ts';
import { type AdmissionOptions, type AdmissionStats, protect } from '../../src/index.ts';
import { type Answer, call, type Sent } from './client.ts';
import { type Framework, FRAMEWORKS } from './frameworks.ts';
import { listen } from './servers.ts';

interface Subject {
  /** Paths that reached a handler. */
  readonly seen: readonly string[];
  stats(): AdmissionStats;
  get(path: string): Promise<Answer>;
  post(path: string, sent?: Omit<Sent, 'method'>): Promise<Answer>;
  /** Fills half of the limit until the test ends. */
  hold(): Promise<void>;
}

type Guard = (server: net.Server, options: AdmissionOptions) => { stats(): AdmissionStats; stop(): void };

/** As `respite run` does it: one gate for all servers of the process. */
function guardProcess(_server: net.Server, options: AdmissionOptions): ReturnType<Guard> {
  const admission = new Admission(resolveAdmissionOptions(options));
  return { stats: () => admission.stats(), stop: intercept(net.Server.prototype, admission) };
}

/**
 * Half of the limit is for the sheddable: with one request held, they are refused and others are served. Nothing else refuses
 * them, however busy this machine is.
 */
const OPTIONS: AdmissionOptions = {
  limit: 2,
  thresholds: { sheddable: 0.5 },
  priority: false,
  turnBudget: false,
};

async function start(
  t: TestContext,
  framework: Framework,
  options: AdmissionOptions = OPTIONS,
  guard: Guard = protect,
): Promise<Subject> {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const arrivals = new EventTarget();
  const server = await framework.create(async (path) => {
    seen.push(path);
    arrivals.dispatchEvent(new Event('arrival'));
    if (path === '/held') await gate.promise;
    return `served ${path}`;
  });
  const { stats, stop } = guard(server, options);
  const port = await listen(server);
  const held: Promise<Answer>[] = [];
  t.after(async () => {
    gate.resolve();
    await Promise.all(held);
    stop();
    server.close();
  });
  const ended = async (answer: Promise<Answer>): Promise<Answer> => {
    const result = await answer;
    // The permit is given back when the response has closed, which may be after the client has all of it.
    while (stats().inFlight > held.length) await new Promise((resolve) => setImmediate(resolve));
    return result;
  };
  return {
    seen,
    stats,
    get: (path) => ended(call('http', port, path).answer),
    post: (path, sent) => ended(call('http', port, path, { ...sent, method: 'POST' }).answer),
    async hold() {
      held.push(call('http', port, '/held').answer);
      while (!seen.includes('/held')) await once(arrivals, 'arrival');
    },
  };
}

function assertShed({ status, headers }: Answer): void {
  assert.equal(status, 429);
  assert.equal(headers['respite-shed'], 'in-flight');
  assert.match(String(headers['retry-after']), /^([1-9]|[12]\d|30)$/);
}

const counts = (subject: Subject): string[] =>
  subject
    .stats()
    .requests.map(({ decision, criticality, route, count }) => `${decision} ${criticality} ${route} ${count}`)
    .toSorted();

const SHEDDABLE = ['/deliveries', '/boxes/7/messages', '/api/imports/7', '/jobs/7'];

for (const framework of FRAMEWORKS) {
  describe(framework.name, { timeout: 20_000 }, () => {
    for (const [where, guard] of [
      ['a protected server', protect],
      ['a protected process', guardProcess],
    ] as const) {
      test(`on ${where}, a sheddable route is refused when its share is used, others are served`, async (t) => {
        const subject = await start(t, framework, OPTIONS, guard);
        for (const path of SHEDDABLE) assert.equal((await subject.post(path)).body, `served ${path}`);
        await subject.hold();
        for (const path of SHEDDABLE) assertShed(await subject.post(path));
        assert.equal((await subject.get('/users/7')).body, 'served /users/7');
        assert.deepEqual(subject.seen, [...SHEDDABLE, '/held', '/users/7']);
      });
    }

    for (const path of SHEDDABLE) {
      test(`so is the first request ever to ${path}`, async (t) => {
        const subject = await start(t, framework);
        // Where @hono/node-server and Koa complain of a response that was answered without them.
        const complaints = t.mock.method(console, 'error', () => {});
        await subject.hold();
        assertShed(await subject.post(path, { body: 'x'.repeat(100_000) }));
        assertShed(await subject.post(path));
        assert.deepEqual(subject.seen, ['/held']);
        assert.deepEqual(complaints.mock.calls, []);
      });
    }

    test('templates are the labels, with and without a policy', async (t) => {
      const subject = await start(t, framework);
      // The first request of all is what some frameworks show their routes on.
      await subject.get('/nowhere');
      await subject.get('/users/me');
      await subject.get('/users/7?x=1');
      await subject.get('/api/reports/7');
      await subject.hold();
      for (const path of SHEDDABLE) assertShed(await subject.post(path));
      assert.equal((await subject.post('/users/7')).status === 200, false);
      const found = counts(subject);
      for (const expected of [
        'admitted critical GET /users/me 1',
        'admitted critical GET /users/:id 1',
        'admitted critical GET /api/reports/:id 1',
        'shed sheddable POST /deliveries 1',
        'shed sheddable POST /boxes/:box/messages 1',
        'shed sheddable POST /api/imports/:id 1',
      ]) {
        assert.ok(found.includes(expected), `${expected} in\n${found.join('\n')}`);
      }
    });

    test('a cost counts from the first request on', async (t) => {
      const subject = await start(t, framework, { limit: 2 });
      assert.equal((await subject.get('/heavy')).status, 200);
      await subject.hold();
      assert.equal((await subject.get('/heavy')).status, 503);
      assert.equal((await subject.get('/users/7')).status, 200);
      assert.equal(subject.stats().inFlight, 1);
    });

    test('configuration wins over the policy beside the route', async (t) => {
      const subject = await start(t, framework, { ...OPTIONS, routes: { '/deliveries': 'critical' } });
      await subject.hold();
      for (let i = 0; i < 2; i += 1) assert.equal((await subject.post('/deliveries')).status, 200);
      assertShed(await subject.post('/boxes/7/messages'));
    });

    test('dry run refuses nothing and counts', async (t) => {
      const subject = await start(t, framework, { ...OPTIONS, dryRun: true });
      await subject.hold();
      for (let i = 0; i < 2; i += 1) assert.equal((await subject.post('/deliveries')).status, 200);
      const shed = subject.stats().requests.filter(({ decision }) => decision === 'would-shed');
      assert.deepEqual(
        shed.map(({ criticality, count }) => [criticality, count]),
        [['sheddable', 2]],
      );
    });
  });
}

test('a policy that breaks the rules is an error of types, and where the route is declared', async () => {
  const wrong = { code: 'RESPITE_OPTIONS_INVALID', message: /criticality must be one of .*, got "urgent"$/ };
  for (const { policy } of [forExpress, forKoa, forHono]) {
    // @ts-expect-error there is no such class
    assert.throws(() => policy({ criticality: 'urgent' }), wrong);
  }
  const app = fastify();
  await app.register(forFastify.respite);
  // @ts-expect-error there is no such class
  assert.throws(() => app.get('/a', { config: { respite: { criticality: 'urgent' } } }, () => 'a'), wrong);
});

test('without protection every framework serves as if there were no policy', async (t) => {
  const unprotected: Guard = () => ({ stats: () => protect(net.createServer()).stats(), stop: () => {} });
  for (const framework of FRAMEWORKS) {
    const subject = await start(t, framework, OPTIONS, unprotected);
    await subject.hold();
    for (const path of SHEDDABLE) assert.equal((await subject.post(path)).body, `served ${path}`);
  }
});

test('Fastify over HTTP/2, on a route that was declared before the plugin', async (t) => {
  const app = fastify({ http2: true });
  app.get('/mail/:id', { config: { respite: { criticality: 'sheddable' } } }, () => 'mail');
  await app.register(forFastify.respite);
  app.get('/other', () => 'other');
  await app.ready();
  const { stats, stop } = protect(app.server, { thresholds: { sheddable: 0 } });
  const port = await listen(app.server);
  t.after(async () => {
    stop();
    await app.close();
  });
  assertShed(await call('http2', port, '/mail/7').answer);
  assert.equal((await call('http2', port, '/other').answer).body, 'other');
  const shed = stats().requests.filter(({ decision }) => decision === 'shed');
  assert.deepEqual(
    shed.map(({ criticality, route }) => [criticality, route]),
    [['sheddable', 'GET /mail/:id']],
  );
});
