// WebSockets of a worker that is replaced, with the library that most people have.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { respite } from '../harness/respite.ts';
import { within } from '../harness/until.ts';

const CLIENTS = 100;

/** Opens this many at once; a handshake that is refused is an error. */
async function open(t: TestContext, port: number): Promise<WebSocket[]> {
  const sockets = Array.from({ length: CLIENTS }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  t.after(() => {
    for (const socket of sockets) socket.terminate();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  return sockets;
}

test('at a restart the script closes WebSockets with 1001 at once, and all that come back together are let in', async (t) => {
  const running = respite(t, 'websockets.mjs', {
    config: { supervisor: { trialMs: 0, drainTimeoutMs: 600_000 } },
  });
  const port = await running.port();
  await running.ready();
  const sockets = await open(t, port);
  const codes = Promise.all(
    sockets.map(async (socket) => ((await once(socket, 'close')) as [code: number])[0]),
  );
  running.signal('SIGHUP');
  const all = await within('the end of all WebSockets', codes, () => running.transcript());
  assert.deepEqual([...new Set(all)], [1001]);
  await open(t, port);
  await running.logs('worker 1 ended with exit code 0');
});
