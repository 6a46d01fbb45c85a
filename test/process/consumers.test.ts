// A process that never listens is supervised all the same.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { kill } from '../harness/process.ts';
import { respite } from '../harness/respite.ts';

test('a consumer is ready when it runs, is replaced when it dies, and works on until its successor is ready', async (t) => {
  const config = { supervisor: { trialMs: 0, killTimeoutMs: 60_000 } };
  const running = respite(t, 'consumes.mjs', { options: ['--no-listen'], config });
  const [first] = await running.ready();
  assert.equal((await running.manage('/health/ready')).status, 200);
  kill(first?.pid ?? 0);
  const second = await running.untilStatus('a replacement', ({ workers }) => {
    const [worker] = workers;
    return worker?.state === 'ready' && worker.pid !== first?.pid && worker;
  });
  running.signal('SIGHUP');
  await running.saysOnStdout(`${second.pid} was asked to end`);
  const serving = await running.untilStatus('the new worker beside the old one', ({ workers }) =>
    workers.find(({ pid, state }) => state === 'ready' && pid !== second.pid),
  );
  assert.doesNotMatch(running.stdout, new RegExp(`${second.pid} ends`));
  writeFileSync(path.join(running.dir, 'go'), '');
  await running.saysOnStdout(`${second.pid} ends`);
  assert.equal((await running.ready())[0]?.pid, serving.pid);
  assert.deepEqual(running.logged('has not listened'), []);
  assert.equal((await running.stop()).code, 0);
  assert.match(running.stdout, new RegExp(`${serving.pid} ends`));
});

test('a consumer that fails at its start ends Respite; one that has to say so is ready by its message', async (t) => {
  const failing = respite(t, 'consumes.mjs', { options: ['--no-listen'], args: ['fails'] });
  assert.equal((await failing.ended()).code, 1);
  assert.match(failing.stderr, /respite: consumes\.mjs ended with exit code 3 before it was ready/);

  const config = { supervisor: { listens: false, ready: 'message' } };
  const running = respite(t, 'consumes.mjs', { config });
  await running.ready();
  writeFileSync(path.join(running.dir, 'go'), '');
  assert.equal((await running.stop()).code, 0);
});
