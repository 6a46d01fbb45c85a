// Scripts that are more than one process: message channels, cluster, worker threads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { kill } from '../harness/process.ts';
import { bare, respite } from '../harness/respite.ts';

test('without a channel there is no process.send, as on bare Node.js', async (t) => {
  const [onBare, running] = [bare(t, 'ipc.mjs'), respite(t, 'ipc.mjs')];
  await Promise.all([onBare.port(), running.port()]);
  const [worker] = await running.ready();
  assert.match(running.stdout, /^send undefined, connected undefined, channel undefined$/m);
  assert.match(onBare.stdout, /^send undefined, connected (undefined|false), channel undefined$/m);
  // Nor does the script see what Respite says to its workers.
  kill(worker?.pid ?? 0);
  await running.port(1);
  await running.stop();
  assert.doesNotMatch(running.stdout, /^(message|disconnected)/m);
});

test('with a channel, messages go both ways', async (t) => {
  const running = respite(t, 'ipc.mjs', { ipc: true });
  const received: unknown[] = [];
  running.child.on('message', (message) => received.push(message));
  await running.port();
  assert.match(running.stdout, /^send function, connected true, channel object$/m);
  const message = { text: 'héllo', nested: [1, { two: 2 }], none: null };
  running.child.send(message);
  await running.until('the answer', () => received.length >= 2);
  assert.deepEqual(received, [{ ready: true }, { answerTo: message }]);
  assert.match(running.stdout, /message \{"text":"héllo"/);
  assert.equal((await echo(await running.port())).method, 'GET');
  assert.equal((await running.stop()).code, 0);
});

test('with a channel that the parent closes, the script is told and goes on', async (t) => {
  const running = respite(t, 'ipc.mjs', { ipc: true });
  const port = await running.port();
  await running.ready();
  running.child.disconnect();
  await running.saysOnStdout('disconnected');
  assert.equal((await echo(port)).method, 'GET');
  assert.equal((await running.stop()).code, 0);
});

test('a script that lives for its parent’s messages alone ends when the parent closes the channel', async (t) => {
  const running = respite(t, 'only-messages.mjs', { ipc: true });
  await running.saysOnStdout('waiting');
  running.child.send('still there?');
  await running.saysOnStdout('message "still there?"');
  running.child.disconnect();
  assert.deepEqual(await running.exited, { code: 0, signal: null });
});

test('node:cluster in the script keeps working', async (t) => {
  const running = respite(t, 'cluster.mjs');
  const port = await running.port(1); // both of its workers listen
  await running.saysOnStdout(/from worker 1: hello/);
  await running.saysOnStdout(/from worker 2: hello/);
  assert.equal(running.ports[0], port);
  const pids = new Set<number>();
  for (let n = 0; n < 10; n += 1) pids.add((await echo(port)).pid);
  const offspring = await running.offspring();
  assert.equal(offspring.length, 3);
  for (const pid of pids) assert.ok(offspring.includes(pid));
  assert.equal(pids.size, 2);
  assert.equal(running.logged('node:cluster', 'with --workers <n>').length, 1);
  assert.equal((await running.stop()).code, 0);
  assert.match(running.stdout, /primary SIGTERM/);
});

test('with SCHED_NONE its socket outlives its primary process, too', async (t) => {
  const running = respite(t, 'cluster.mjs', { env: { NODE_CLUSTER_SCHED_POLICY: 'none' } });
  const port = await running.port(1);
  await running.ready();
  assert.equal((await echo(port)).method, 'GET');
  assert.equal(running.logged('node:cluster', 'with --workers <n>').length, 1);
  const [primary] = await running.ready();
  kill(primary?.pid ?? 0);
  const refused: unknown[] = [];
  const asked = Array.from({ length: 20 }, async () =>
    // Requests in a worker that ends with its primary are lost, but no connection is refused.
    echo(port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') refused.push(error);
    }),
  );
  await Promise.all(asked);
  assert.deepEqual(refused, []);
  await running.untilStatus('a replacement', ({ workers: [worker] }) => {
    return worker?.state === 'ready' && worker.pid !== primary?.pid;
  });
  assert.equal((await running.stop()).code, 0);
});

test('node:worker_threads in the script keep working', async (t) => {
  const running = respite(t, 'threads.mjs');
  const port = await running.port();
  const [worker] = await running.ready();
  assert.deepEqual(await echo(port), { pid: worker?.pid, method: 'GET', bytes: 6 });
  await running.saysOnStdout('thread listening');
  const inThread = Number(/thread listening (\d+)/.exec(running.stdout)?.[1]);
  const response = await fetch(`http://127.0.0.1:${inThread}/`, { headers: { connection: 'close' } });
  assert.equal(await response.text(), 'from a thread');
  assert.equal((await running.stop()).code, 0);
});
