// Channels in code under `respite run`: what they tell admission and the management port.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { type Answer, request } from '../harness/http.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const MB = 1024 * 1024;
/** Of the fixture. */
const LIMIT_BYTES = 16 * MB;

async function channels(t: TestContext): Promise<{ running: RunningRespite; port: number }> {
  const running = respite(t, 'channels.mjs', {
    config: {
      admission: {
        // Feeds last forever and are no load of admission's.
        routes: { '/report': 'sheddable', '/feed': { exempt: true } },
        exemptLimit: 1000,
        // Nothing but the budget presses, however busy the machine is.
        limit: 1000,
        turnBudget: false,
        signals: { 'loop-delay': false },
      },
    },
  });
  return { running, port: await running.port() };
}

/** Clients that ask for a feed and never read it: more than the budget has room for. */
async function neverReaders(t: TestContext, port: number): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: 120 }, async () => {
      const client = net.connect(port, '127.0.0.1').pause();
      client.on('error', () => {});
      t.after(() => client.destroy());
      await once(client, 'connect');
      client.write('GET /feed HTTP/1.1\r\nHost: a\r\n\r\n');
      return client;
    }),
  );
}

/** Reads a metric of the management port; undefined when it isn't there. */
async function metric(running: RunningRespite, series: string): Promise<number | undefined> {
  const { body } = await running.manage('/metrics');
  const line = body.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

test("a worker's channels show on the management port once there is one: what is pending, and who was evicted", async (t) => {
  const { running, port } = await channels(t);
  assert.equal((await request(port)).status, 200);
  const read = (name: string): Promise<number | undefined> => metric(running, `respite_backpressure_${name}`);
  const evictions = 'evictions_total{reason="budget"}';
  assert.equal(await read(evictions), undefined);
  const clients = await neverReaders(t, port);
  await running.until('evictions', async () => ((await read(evictions)) ?? 0) > 0);
  await running.until('a full budget', async () => ((await read('held_bytes')) ?? 0) > LIMIT_BYTES / 2);
  assert.ok(((await read('held_bytes')) ?? Infinity) <= LIMIT_BYTES);
  assert.ok(((await read('pending_bytes')) ?? 0) > LIMIT_BYTES / 4);
  assert.ok(((await read('blocked_channels')) ?? 0) > 10);
  assert.equal(await read('evictions_total{reason="slow-peer"}'), 0);
  assert.equal(await read('dropped_messages_total'), 0);
  for (const client of clients) client.destroy();
  await running.until(
    'nothing pending',
    async () =>
      (await read('pending_bytes')) === 0 &&
      (await read('held_bytes')) === 0 &&
      (await read('channels')) === 0,
  );
  assert.ok(((await read(evictions)) ?? 0) > 0);
});

test('an exhausted budget has sheddable requests refused, until there is room again', async (t) => {
  const { running, port } = await channels(t);
  /** Asks as often for either class. @returns The refused. */
  const ask = async (): Promise<Record<'reports' | 'others', readonly Answer[]>> => {
    const refused = async (path: string): Promise<readonly Answer[]> => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => request(port, { path })));
      return answers.filter(({ status }) => status !== 200);
    };
    const [reports, others] = await Promise.all([refused('/report'), refused('/')]);
    return { reports, others };
  };
  assert.deepEqual(await ask(), { reports: [], others: [] });
  const clients = await neverReaders(t, port);
  const { reports } = await until('more reports than others to be refused', async () => {
    const answers = await ask();
    return answers.reports.length > answers.others.length && answers;
  });
  for (const { status, headers } of reports) {
    assert.deepEqual([status, headers['respite-shed']], [429, 'priority']);
  }
  await running.until('the pressure', async () => {
    const pressure = await metric(running, 'respite_admission_pressure{signal="write-budget"}');
    return pressure !== undefined && pressure >= 0.5;
  });
  for (const client of clients) client.destroy();
  await until('all reports to be served', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => request(port, { path: '/report' })));
    return answers.every(({ status }) => status === 200);
  });
});
