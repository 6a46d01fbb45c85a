// What `protect` promises, held by every kind of server.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { type AdmissionOptions, protect, type Protection } from '../../src/index.ts';
import { type Answer, call, type Call } from './client.ts';
import { KINDS, listen, type ServerKind } from './servers.ts';

/** A protected server whose requests to /held wait until they are let go. */
interface Subject {
  readonly protection: Protection;
  /** Paths that reached the handler. */
  readonly seen: readonly string[];
  letGo(): void;
  request(path: string, headers?: Readonly<Record<string, string>>): Call;
  /** Resolves when this many requests wait in the handler. */
  held(count: number): Promise<void>;
}

async function start(t: TestContext, kind: ServerKind, options: AdmissionOptions): Promise<Subject> {
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const arrivals = new EventTarget();
  const server = await kind.create(async (path) => {
    seen.push(path);
    arrivals.dispatchEvent(new Event('arrival'));
    if (path === '/held') await gate.promise;
    return `served ${path}`;
  });
  const protection = protect(server, options);
  const port = await listen(server);
  t.after(() => {
    gate.resolve();
    server.close();
  });
  return {
    protection,
    seen,
    letGo: () => gate.resolve(),
    request: (path, headers = {}) => call(kind.protocol, port, path, { headers }),
    async held(count) {
      while (seen.filter((path) => path === '/held').length < count) await once(arrivals, 'arrival');
    },
  };
}

function assertShed({ status, headers }: Answer, expected: number): void {
  assert.equal(status, expected);
  assert.equal(headers['respite-shed'], 'in-flight');
  assert.match(String(headers['retry-after']), /^([1-9]|[12]\d|30)$/);
}

async function untilIdle({ protection }: Subject): Promise<void> {
  while (protection.stats().inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
}

for (const kind of KINDS) {
  describe(kind.name, { concurrency: true, timeout: 20_000 }, () => {
    test('serves what fits and forgets it when it has ended', async (t) => {
      const subject = await start(t, kind, {});
      const { status, body } = await subject.request('/a').answer;
      assert.deepEqual([status, body], [200, 'served /a']);
      await untilIdle(subject);
      const [count] = subject.protection.stats().requests;
      assert.deepEqual([count?.decision, count?.count], ['admitted', 1]);
    });

    test('refuses what does not fit before the handler sees it', async (t) => {
      const subject = await start(t, kind, { limit: 1 });
      const first = subject.request('/held');
      await subject.held(1);
      assertShed(await subject.request('/b').answer, 503);
      subject.letGo();
      assert.equal((await first.answer).body, 'served /held');
      await untilIdle(subject);
      assert.equal((await subject.request('/c').answer).body, 'served /c');
      assert.deepEqual(subject.seen, ['/held', '/c']);
    });

    test('refuses the sheddable first, the exempt never', async (t) => {
      const subject = await start(t, kind, {
        limit: 2,
        thresholds: { sheddable: 0.5 },
        routes: { '/mail': 'sheddable' },
      });
      const first = subject.request('/held');
      await subject.held(1);
      assertShed(await subject.request('/mail').answer, 429);
      const second = subject.request('/held');
      await subject.held(2);
      assertShed(await subject.request('/other').answer, 503);
      assert.equal((await subject.request('/health').answer).status, 200);
      subject.letGo();
      await Promise.all([first.answer, second.answer]);
    });

    test('asks callers not to retry when a tenth of the requests are repeats', async (t) => {
      const subject = await start(t, kind, { limit: 1 });
      const first = subject.request('/held');
      await subject.held(1);
      for (let i = 0; i < 17; i += 1) {
        assert.equal((await subject.request('/b').answer).headers['respite-retry'], undefined);
      }
      let headers: Answer['headers'] = {};
      for (let i = 0; i < 100 && headers['respite-retry'] === undefined; i += 1) {
        ({ headers } = await subject.request('/b', { 'respite-attempt': '2' }).answer);
        assert.equal(headers['respite-shed'], 'in-flight');
      }
      assert.equal(headers['respite-retry'], 'no');
      subject.letGo();
      await first.answer;
    });

    test('hears from trusted callers how much a request matters', async (t) => {
      const headers = { 'respite-criticality': 'sheddable' };
      for (const [from, expected] of [
        ['127.0.0.0/8', 'sheddable'],
        ['10.0.0.0/8', 'critical'],
      ] as const) {
        const subject = await start(t, kind, { criticalityHeader: { from: [from] } });
        await subject.request('/a', headers).answer;
        assert.equal(subject.protection.stats().requests[0]?.criticality, expected);
      }
    });

    test('a client that goes away gives its place back', async (t) => {
      const subject = await start(t, kind, { limit: 1 });
      const first = subject.request('/held');
      first.answer.catch(() => {});
      await subject.held(1);
      first.abort();
      await untilIdle(subject);
      assert.equal((await subject.request('/d').answer).status, 200);
    });

    test('dry run refuses nothing and counts', async (t) => {
      const subject = await start(t, kind, { limit: 1, dryRun: true });
      const first = subject.request('/held');
      await subject.held(1);
      assert.equal((await subject.request('/e').answer).status, 200);
      subject.letGo();
      await first.answer;
      const shed = subject.protection.stats().requests.find(({ decision }) => decision === 'would-shed');
      assert.equal(shed?.count, 1);
    });

    test('stopped, it refuses nothing', async (t) => {
      const subject = await start(t, kind, { limit: 1 });
      const first = subject.request('/held');
      await subject.held(1);
      subject.protection.stop();
      assert.equal((await subject.request('/f').answer).status, 200);
      subject.letGo();
      await first.answer;
    });
  });
}
