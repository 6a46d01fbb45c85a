// Debuggers attach to the workers, each at a port of its own that stays the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Debugger, freePorts, targetAt } from '../harness/debugger.ts';
import { echo } from '../harness/http.ts';
import { fixture, respite, type RunningRespite } from '../harness/respite.ts';

const SCRIPT = `file://${fixture('node-http.mjs')}`;

async function attach(running: RunningRespite, port: number): Promise<Debugger> {
  return Debugger.attach(await running.until(`a debugger's target at ${port}`, async () => targetAt(port)));
}

test('--inspect-brk: the first worker of each slot waits at its first line, replacements take the port and do not wait, and one that is paused is not replaced', async (t) => {
  const inspect = await freePorts(2);
  const running = respite(t, 'node-http.mjs', {
    options: ['--workers', '2', `--inspect-brk=${inspect}`],
    // The supervisor has its own debugger's options, which must not reach the workers' port.
    env: { NODE_OPTIONS: `--inspect-port=${inspect}` },
    config: {
      supervisor: { trialMs: 0, detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1500, killMs: 3000 } } },
    },
  });
  for (const slot of [1, 2]) {
    const first = await attach(running, inspect + slot - 1);
    await first.send('Runtime.runIfWaitingForDebugger');
    await running.until(`slot ${slot} at its first line`, () => first.pausedIn.length > 0);
    assert.deepEqual(first.pausedIn, [SCRIPT]);
    await first.send('Debugger.resume');
    await running.port(slot - 1);
    first.close();
  }
  const port = await running.port();
  const before = await running.ready();

  running.signal('SIGHUP');
  const after = await running.untilStatus(
    'new workers',
    ({ restarting, workers }) =>
      !restarting &&
      workers.length === 2 &&
      workers.every(({ id, state }) => state === 'ready' && before.every((old) => old.id !== id)) &&
      workers,
  );
  const debuggers = [await attach(running, inspect), await attach(running, inspect + 1)];

  const [first] = debuggers;
  assert.ok(first !== undefined);
  const answers = Array.from({ length: 4 }, async () => echo(port));
  await first.send('Debugger.pause');
  await running.until('a pause', () => first.pausedIn.length > 0);
  await running.logs('a debugger holds worker');
  await first.send('Debugger.resume');
  await Promise.all(answers);
  await running.untilStatus('a report', ({ workers }) =>
    workers.every(({ report }) => report?.debugger === false),
  );
  const ids = (await running.status()).workers.map(({ id }) => id);
  assert.deepEqual(
    ids,
    after.map(({ id }) => id),
  );
  assert.equal(running.logged('a debugger holds worker').length, 1);
  // A process that ends waits for its debugger to detach.
  for (const each of debuggers) each.close();
});
