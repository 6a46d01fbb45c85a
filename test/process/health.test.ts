// Health indicators in workers and in the configuration, as the management port shows them.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { repository } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { respite, type RunningRespite } from '../harness/respite.ts';

interface Component {
  readonly status: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly components?: Readonly<Record<string, Component>>;
}

async function health(running: RunningRespite, route: string): Promise<[number, Component]> {
  const { status, body } = await running.manage(route);
  return [status, JSON.parse(body) as Component];
}

async function until(running: RunningRespite, route: string, wanted: number): Promise<void> {
  await running.until(`${route} ${wanted}`, async () => (await health(running, route))[0] === wanted);
}

function start(t: TestContext, config: string, workers: number): RunningRespite {
  const dir = temporaryDirectory();
  const module = path.join(repository, 'src/health/index.ts');
  writeFileSync(
    path.join(dir, 'respite.config.mjs'),
    `import { existsSync } from 'node:fs';
     import { custom, disk } from ${JSON.stringify(module)};
     const often = { intervalMs: 50, timeoutMs: 1000 };
     const cell = new Int32Array(new SharedArrayBuffer(4));
     export default { health: ${config} };`,
  );
  return respite(t, 'health.mjs', { dir, options: ['--workers', String(workers)] });
}

test('an instance is ready while the share of its workers is that it takes, by their own indicators', async (t) => {
  const running = start(t, '{ readyShare: 0.6 }', 2);
  const [one, two] = await running.ready();
  assert.ok(one && two);
  await until(running, '/health/ready', 200);
  const [, up] = await health(running, '/health/ready');
  const worker = up.components?.['workers']?.components?.['1']?.components;
  assert.deepEqual(Object.keys(worker ?? {}), ['ready-file', 'minor-file']);
  assert.equal(worker?.['ready-file']?.details?.['peer'], 'unready');

  const set = (name: string, pid: number): void =>
    writeFileSync(path.join(running.dir, `${name}-${pid}`), '');
  set('minor', one.pid);
  set('minor', two.pid);
  await running.logs('worker 1: minor-file is down: minor is there');
  assert.equal((await health(running, '/health/ready'))[0], 200);

  set('unready', one.pid);
  await until(running, '/health/ready', 503);
  assert.equal((await health(running, '/health/live'))[0], 200);
  await running.logs('worker 1: ready-file at unready is down: unready is there', '"level":50');
  rmSync(path.join(running.dir, `unready-${one.pid}`));
  await until(running, '/health/ready', 200);
  await running.logs(/worker 1: ready-file at unready is up again, after [\d.]+ s/);

  set('dead', one.pid);
  set('dead', two.pid);
  await until(running, '/health/live', 503);
  assert.equal((await health(running, '/health/billing'))[0], 503);
  assert.equal((await health(running, '/health/ready'))[0], 200);
  // The first of the two to be down is enough for the group.
  const metrics = await running.until('both to be down', async () => {
    const { body } = await running.manage('/metrics');
    const isDown = (slot: number): boolean =>
      body.includes(`respite_health_status{indicator="live-file",worker="${slot}"} 0`);
    return isDown(1) && isDown(2) && body;
  });
  assert.match(metrics, /^respite_health_status\{indicator="ready-file",worker="1"\} 1$/m);
  assert.match(
    metrics,
    /^respite_health_check_duration_seconds\{indicator="minor-file",worker="1"\} [\d.e-]+$/m,
  );
});

test('a worker that is replaced takes its indicators along', async (t) => {
  const running = start(t, '{}', 1);
  const [old] = await running.ready();
  assert.ok(old);
  await until(running, '/health/ready', 200);
  writeFileSync(path.join(running.dir, `unready-${old.pid}`), '');
  await until(running, '/health/ready', 503);
  process.kill(old.pid, 'SIGKILL');
  await until(running, '/health/ready', 200);
});

test('indicators of the configuration run beside the supervisor', async (t) => {
  const config = `{ indicators: {
    disk: { ...often, check: disk({ path: import.meta.dirname }), groups: ['ready', 'live'] },
    own: { ...often, check: custom(() => { if (existsSync(import.meta.dirname + '/down')) throw new Error('gone'); },
      { peer: 'db:5432' }), critical: true },
    hangs: { ...often, timeoutMs: 200, check: custom(() => new Promise(() => {})), groups: ['ready', 'slow-things'] },
  } }`;
  const running = start(t, config, 1);
  await running.ready();
  await until(running, '/health/ready', 200);
  const [, ready] = await health(running, '/health/ready');
  const { disk, hangs } = ready.components ?? {};
  assert.equal(disk?.status, 'UP');
  assert.ok(Number(disk?.details?.['freeBytes']) > 0);
  await running.until('the one that hangs to be down', async () => {
    const [, { components }] = await health(running, '/health/slow-things');
    return components?.['hangs']?.status === 'DOWN';
  });
  assert.equal(hangs?.details?.['critical'], false);
  writeFileSync(path.join(running.dir, 'down'), '');
  await until(running, '/health/ready', 503);
  await running.logs('own at db:5432 is down: gone', '"cause":"dependency-down"');
  rmSync(path.join(running.dir, 'down'));
  await until(running, '/health/ready', 200);
  const { body: metrics } = await running.manage('/metrics');
  assert.match(metrics, /^respite_health_status\{indicator="hangs"\} 0$/m);
});

test('nothing that a check does reaches the supervisor, and the other checks go on', async (t) => {
  const config = `{ indicators: {
    floods: { ...often, check: custom(() => { for (const all = [];;) { all.push(Buffer.alloc(1e7, 1)); Atomics.wait(cell, 0, 0, 20); } }) },
    blocks: { ...often, check: custom(() => Atomics.wait(cell, 0, 0)) },
    exits: { ...often, check: custom(() => process.exit(3)) },
    throws: { ...often, check: custom(() => { setTimeout(() => { throw new Error('thrown later'); }); }) },
    rejects: { ...often, check: custom(() => { void Promise.reject(new Error('not handled')); }) },
    good: { ...often, check: custom(() => true), critical: true },
  } }`;
  const running = start(t, config, 1);
  await running.ready();
  await running.logs('floods is down: its process was killed: it took more than 512 MB of memory');
  await running.logs('blocks is down: its process was killed: it was blocked for 10 s');
  await running.logs('exits is down: process.exit(3) was called in a health check');
  await running.logs('a health check left an error that nothing caught: Error: thrown later');
  await running.logs('a health check left an error that nothing caught: Error: not handled');
  await until(running, '/health/ready', 200);
  const [, { components }] = await health(running, '/health/ready');
  assert.deepEqual(
    Object.entries(components ?? {}).map(([name, { status }]) => `${name} ${status}`),
    [
      'instance UP',
      'workers UP',
      'floods DOWN',
      'blocks DOWN',
      'exits DOWN',
      'throws UP',
      'rejects UP',
      'good UP',
    ],
  );
});

test('what is outside can not be a matter of life and death: the configuration is refused', async (t) => {
  const running = start(t, `{ indicators: { own: { check: custom(() => {}), groups: ['live'] } } }`, 1);
  assert.equal((await running.ended()).code, 2);
  await running.saysOnStderr(
    'health.indicators.own.groups[0] must be left out: what is outside of this machine',
  );
});
