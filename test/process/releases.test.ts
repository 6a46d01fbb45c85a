// `respite restart`: another version of the script, by its path or by a symbolic link that leads elsewhere.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { temporaryDirectory } from '../harness/process.ts';
import { command, REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

const CALM = { admission: REFUSES_NOTHING, supervisor: { trialMs: 0 } };

const SERVER = `
import { createServer } from 'node:http';
import { name } from './name.mjs';
import './starts.mjs';
const server = createServer((request, response) => {
  const about = { name, script: process.argv[1], directory: process.cwd() };
  response.setHeader('Connection', 'close').end(JSON.stringify(about));
});
server.listen(0, () => console.log('listening ' + server.address().port));
`;

/** A folder of releases, each with a module of its own beside its script. */
class Deployment {
  readonly root = temporaryDirectory();
  readonly script = path.join(this.root, 'current', 'server.mjs');

  add(name: string, starts = ''): string {
    const directory = this.directory(name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'name.mjs'), `export const name = '${name}';`);
    writeFileSync(path.join(directory, 'starts.mjs'), starts);
    writeFileSync(path.join(directory, 'server.mjs'), SERVER);
    return path.join(directory, 'server.mjs');
  }

  directory(name: string): string {
    return path.join(this.root, 'releases', name);
  }

  link(name: string): void {
    rmSync(path.join(this.root, 'current'), { force: true });
    symlinkSync(this.directory(name), path.join(this.root, 'current'));
  }
}

/** Naming a script needs the token. */
const KEY = { RESPITE_MANAGEMENT_TOKEN: 'a-token-of-this-test' };

interface About {
  readonly name: string;
  readonly script: string;
  readonly directory: string;
}

async function about(port: number): Promise<About> {
  return (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as About;
}

async function restart(
  t: TestContext,
  running: RunningRespite,
  ...options: readonly string[]
): Promise<{ code: number | null; out: string; error: string }> {
  const { host } = new URL(await running.management());
  const asked = command(t, ['restart', '--management', host, ...options], { env: KEY });
  const { code } = await asked.exited;
  return { code, out: asked.stdout, error: asked.stderr };
}

async function replaceKilled(running: RunningRespite): Promise<void> {
  const [worker] = await running.ready();
  assert.ok(worker !== undefined);
  process.kill(worker.pid, 'SIGKILL');
  await running.untilStatus(
    'a replacement',
    ({ workers: [now] }) => now?.state === 'ready' && now.pid !== worker.pid,
  );
}

describe('another version of the script', { concurrency: true }, () => {
  test('a link is followed again at a rolling restart, not at the death of a worker', async (t) => {
    const deployment = new Deployment();
    deployment.add('one');
    deployment.add('two');
    deployment.link('one');
    const running = respite(t, deployment.script, { config: CALM });
    const port = await running.port();
    const { script } = deployment;
    assert.deepEqual(await about(port), { name: 'one', script, directory: running.dir });

    deployment.link('two');
    await replaceKilled(running);
    assert.equal((await about(port)).name, 'one', 'a death deploys nothing');

    const { code, out, error } = await restart(t, running);
    assert.equal(code, 0, error);
    assert.match(out, /^restarted .*releases\/two\/server\.mjs: 1 of 1 workers are new$/m);
    assert.deepEqual(await about(port), { name: 'two', script, directory: running.dir });
  });

  test('a version that fails is taken back, and the old script stays the one for later workers', async (t) => {
    const deployment = new Deployment();
    const one = deployment.add('one');
    const two = deployment.add('two', "throw new Error('two does not start');");
    const running = respite(t, one, { config: CALM, env: KEY });
    const port = await running.port();
    await running.ready();
    const failed = await restart(t, running, '--script', two);
    assert.equal(failed.code, 1);
    assert.match(failed.error, /^respite: the rolling restart failed: the new worker ended with exit code 1/);
    assert.match(failed.error, /the old version goes on serving/);
    await replaceKilled(running);
    assert.equal((await about(port)).name, 'one');

    const missing = await restart(t, running, '--script', path.join(deployment.root, 'three.mjs'));
    assert.equal(missing.code, 2);
    assert.match(missing.error, /cannot find .*three\.mjs/);
  });

  test('slots that have it already get the old version again', async (t) => {
    const deployment = new Deployment();
    const one = deployment.add('one');
    const startsOnce = `
      import { existsSync, writeFileSync } from 'node:fs';
      if (existsSync('started')) throw new Error('two starts only once');
      writeFileSync('started', '');`;
    const two = deployment.add('two', startsOnce);
    const running = respite(t, one, { options: ['--workers', '2'], config: CALM, env: KEY });
    const port = await running.port();
    await running.ready();
    assert.equal((await restart(t, running, '--script', two)).code, 1);
    await running.ready();
    const names = new Set<string>();
    for (let i = 0; i < 30; i += 1) names.add((await about(port)).name);
    assert.deepEqual([...names], ['one']);
    const headers = { authorization: `Bearer ${KEY.RESPITE_MANAGEMENT_TOKEN}` };
    const status = (await (await fetch(`${await running.management()}/status`, { headers })).json()) as About;
    assert.equal(status.script, one);
  });

  test('a working directory that lies in the link goes along, also when the old release is removed', async (t) => {
    const deployment = new Deployment();
    deployment.add('one');
    deployment.add('two');
    deployment.link('one');
    // As the kernel says it, which is all that a service manager leaves of `WorkingDirectory=…/current`.
    const dir = deployment.directory('one');
    const running = respite(t, deployment.script, { dir, config: CALM, env: { PWD: undefined } });
    const port = await running.port();
    assert.equal((await about(port)).directory, dir);
    await running.ready();
    deployment.link('two');
    rmSync(dir, { recursive: true });
    assert.deepEqual(await restart(t, running).then(({ code }) => code), 0);
    const { script } = deployment;
    assert.deepEqual(await about(port), { name: 'two', script, directory: deployment.directory('two') });
    await replaceKilled(running);
    assert.equal((await about(port)).name, 'two');
  });

  test('a removed release goes on, the log names it when a worker needs it, and it can come back', async (t) => {
    const deployment = new Deployment();
    const script = deployment.add('one');
    const dir = deployment.directory('one');
    const running = respite(t, script, { dir, env: KEY, config: CALM });
    const port = await running.port();
    const before = await running.ready();
    rmSync(dir, { recursive: true });
    const refused = await restart(t, running);
    assert.equal(refused.code, 1);
    assert.match(
      refused.error,
      /cannot find .*one\/server\.mjs; nothing was restarted, and the old version goes on serving/,
    );
    assert.equal((await about(port)).name, 'one');

    process.kill(before[0]?.pid ?? assert.fail('no worker'), 'SIGKILL');
    await running.logs('no worker could be started', `the working directory ${dir} is gone`);
    deployment.add('one');
    // Tried again later and later; an operator's restart is tried at once.
    assert.equal((await restart(t, running)).code, 0);
    assert.equal((await about(port)).name, 'one');
  });
});
