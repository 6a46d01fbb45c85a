// Every example starts under `respite run`, answers, is counted, and stops cleanly.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { request } from '../../test/harness/http.ts';
import { temporaryDirectory } from '../../test/harness/process.ts';
import { lacks } from '../../test/harness/programs.ts';
import { command, respite, type RespiteOptions, type RunningRespite } from '../../test/harness/respite.ts';
import { freePort, startService } from '../../test/harness/services/service.ts';
import { until } from '../../test/harness/until.ts';

const examples = path.resolve(import.meta.dirname, '..');
const deploy = path.resolve(examples, '../deploy');

interface Started {
  readonly running: RunningRespite;
  readonly port: number;
}

async function started(t: TestContext, script: string, options: RespiteOptions = {}): Promise<Started> {
  const port = await freePort();
  const running = respite(t, path.resolve(examples, script), {
    ...options,
    env: { ...options.env, PORT: String(port) },
  });
  await running.ready();
  return { running, port };
}

/** Admission has let through a request of the route; empty where no adapter says which. */
async function counted({ running }: Started, route: string): Promise<void> {
  const counter = new RegExp(`^respite_admission_requests_total\\{.*decision="admitted".*\\} [1-9]`, 'm');
  await running.until(`a request of "${route}" to be counted`, async () => {
    const { body } = await running.manage('/metrics');
    const lines = body.split('\n').filter((line) => line.includes(`route="${route}"`));
    return lines.some((line) => counter.test(line));
  });
}

async function stopsCleanly({ running }: Started): Promise<void> {
  assert.deepEqual(await running.stop(), { code: 0, signal: null });
}

/** A directory with a server of the user's, as the files of `deploy` want it. */
function shop(): string {
  const dir = temporaryDirectory();
  copyFileSync(path.join(examples, 'docker/server.js'), path.join(dir, 'server.js'));
  return dir;
}

/** What stands behind `respite run` in a file of `deploy`. */
function scriptOf(file: string, pattern: RegExp): string {
  const [, script] = pattern.exec(readFileSync(path.join(deploy, file), 'utf8')) ?? [];
  assert.ok(script !== undefined, `${file} runs nothing`);
  return script;
}

describe('the example', { concurrency: true }, () => {
  for (const framework of ['express', 'fastify', 'koa', 'hono']) {
    test(framework, async (t) => {
      const example = await started(t, `${framework}/server.mjs`);
      // Koa and Express show their routes with the first request, so the second one is counted by its route.
      for (let i = 0; i < 2; i += 1) {
        const { status, body } = await request(example.port, { path: '/users/7' });
        assert.deepEqual([status, JSON.parse(body)], [200, { id: '7' }]);
        assert.equal((await request(example.port, { path: '/reports', method: 'POST' })).status, 202);
      }
      await counted(example, 'GET /users/:id');
      await counted(example, 'POST /reports');
      await stopsCleanly(example);
    });
  }

  test('docker: what the image runs, and its health check', async (t) => {
    const dir = shop();
    const script = scriptOf('docker/Dockerfile', /^CMD \["node_modules\/\.bin\/respite", "run", "(.*)"\]$/m);
    const health = scriptOf('docker/Dockerfile', /^  CMD \["node_modules\/\.bin\/respite", (.*)\]$/m);
    const example = await started(t, path.join(dir, script), { dir });
    assert.equal((await request(example.port)).body, 'hello from /\n');
    const check = command(t, JSON.parse(`[${health}]`) as string[], { dir });
    assert.equal((await check.ended()).code, 0, check.transcript());
    await counted(example, '');
    await stopsCleanly(example);
  });

  test('systemd: what the unit runs, and when it counts as started', async (t) => {
    const dir = shop();
    const script = scriptOf('systemd/shop.service', /^ExecStart=\S+\/respite run (.*)$/m);
    const programs = temporaryDirectory();
    const notifications = path.join(programs, 'notifications');
    writeFileSync(path.join(programs, 'systemd-notify'), `#!/bin/sh\necho "$1" >> '${notifications}'\n`);
    chmodSync(path.join(programs, 'systemd-notify'), 0o755);
    const env = { NOTIFY_SOCKET: '/nowhere', PATH: `${programs}:${process.env['PATH']}` };
    const example = await started(t, path.join(dir, script), { dir, env });
    const notified = (): string => (existsSync(notifications) ? readFileSync(notifications, 'utf8') : '');
    await example.running.until('readiness', () => notified() === 'READY=1\n');
    assert.equal((await request(example.port)).status, 200);
    await counted(example, '');
    await stopsCleanly(example);
    assert.equal(notified(), 'READY=1\nSTOPPING=1\n');
  });

  test(
    'compose: through HAProxy, for as long as the container is ready',
    { skip: lacks('haproxy') },
    async (t) => {
      const dir = shop();
      const example = await started(t, path.join(dir, 'server.js'), { dir });
      const management = new URL(await example.running.management()).port;
      const haproxy = await startService(t, {
        command: 'haproxy',
        prepare: (port, directory) => {
          const config = readFileSync(path.join(deploy, 'docker/haproxy.cfg'), 'utf8')
            .replace(/^resolvers docker\n(?: .*\n)+/m, '')
            .replace('bind :8080', `bind 127.0.0.1:${port}`)
            .replace(/server-template .*/, `server app 127.0.0.1:${example.port} check port ${management}`);
          writeFileSync(path.join(directory, 'haproxy.cfg'), config);
        },
        args: (_port, directory) => ['-db', '-f', path.join(directory, 'haproxy.cfg')],
      });
      assert.equal((await request(haproxy.port)).body, 'hello from /\n');
      await counted(example, '');
      await example.running.manage('/drain', 'POST');
      await until('HAProxy to leave it out', async () => (await request(haproxy.port)).status === 503);
      assert.equal((await request(example.port)).status, 200, 'a draining instance goes on serving');
      await stopsCleanly(example);
    },
  );

  test('pm2-migration: as many instances, each ready when it says so', async (t) => {
    const config = path.join(examples, 'pm2-migration/respite.config.mjs');
    const example = await started(t, 'pm2-migration/server.mjs', { options: ['--config', config] });
    assert.equal((await example.running.status()).workersWanted, 2);
    const answers = new Set<string>();
    await example.running.until('both instances to answer', async () => {
      answers.add((await request(example.port)).body);
      return answers.size === 2;
    });
    assert.deepEqual([...answers].toSorted(), ['hello from instance 0\n', 'hello from instance 1\n']);
    await counted(example, '');
    await stopsCleanly(example);
  });
});
