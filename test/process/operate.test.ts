// Commands for a running `respite run`, which they find by its instance file.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { RunningProcess } from '../harness/process.ts';
import { bin, respite, type RunningRespite } from '../harness/respite.ts';

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs a command in the directory of the instance, as a person would. */
async function say({ dir }: RunningRespite, ...args: readonly string[]): Promise<Said> {
  const running = new RunningProcess([bin, ...args], dir, {});
  const { code } = await running.ended();
  return { code, out: running.stdout, error: running.stderr };
}

function instanceFiles(running: RunningRespite): readonly string[] {
  const directory = path.join(running.dir, '.respite/instances');
  return existsSync(directory) ? readdirSync(directory) : [];
}

test('commands find the instance, do what they say, and their exit code tells', async (t: TestContext) => {
  const running = respite(t, 'node-http.mjs', { options: ['--name', 'shop'] });
  await running.ready();
  await running.until('the instance file', () => instanceFiles(running).length === 1);
  const file = path.join(running.dir, '.respite/instances', instanceFiles(running)[0] ?? '');
  assert.doesNotMatch(readFileSync(file, 'utf8'), /token/i);

  const health = await say(running, 'health', 'ready');
  assert.deepEqual([health.code, health.error], [0, '']);
  assert.match(health.out, /^UP\n {2}instance: UP\n {2}workers: UP\n$/);
  assert.equal((await say(running, 'health', 'nothing')).code, 2);

  const dryRun = await say(running, 'dry-run', 'on', '--json');
  assert.deepEqual(dryRun, { code: 0, out: '{"dryRun":true}\n', error: '' });
  assert.equal((await running.status()).dryRun, true);

  const stack = await say(running, 'capture', 'stack');
  assert.deepEqual([stack.code, stack.error], [0, '']);
  const profile = await say(
    running,
    'capture',
    'cpu-profile',
    '--seconds',
    '0.1',
    '--output',
    'a.cpuprofile',
  );
  assert.deepEqual([profile.code, profile.error], [0, '']);
  const saved = readFileSync(path.join(running.dir, 'a.cpuprofile'), 'utf8');
  assert.ok(Array.isArray((JSON.parse(saved) as { nodes: unknown }).nodes));

  const unknown = await say(running, 'status', '--name', 'till');
  assert.equal(unknown.code, 1);
  assert.match(unknown.error, /no running instance is called "till" .*these run: shop/);

  const drain = await say(running, 'drain', '--name', 'shop');
  assert.deepEqual(drain, {
    code: 0,
    out: 'draining: readiness is down, requests are still served\n',
    error: '',
  });
  assert.equal((await say(running, 'health', 'ready')).code, 1);

  assert.deepEqual(await running.stop(), { code: 0, signal: null });
  assert.deepEqual(instanceFiles(running), []);
});
