// WebSockets of a worker that is replaced, with the library that most people have.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { REFUSES_NOTHING, respite } from '../harness/respite.ts';
import { within } from '../harness/until.ts';

const CLIENTS = 20;

test('the script hears of its end at once, whatever drain or keep-alive would allow, and closes with 1001', async (t) => {
  const running = respite(t, 'websockets.mjs', {
    config: { admission: REFUSES_NOTHING, supervisor: { trialMs: 0, drainTimeoutMs: 600_000 } },
  });
  const port = await running.port();
  await running.ready();
  const sockets = Array.from({ length: CLIENTS }, () => new WebSocket(`ws://127.0.0.1:${port}`));
  t.after(() => {
    for (const socket of sockets) socket.terminate();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const codes = Promise.all(
    sockets.map(async (socket) => ((await once(socket, 'close')) as [code: number])[0]),
  );
  running.signal('SIGHUP');
  const all = await within('the end of all WebSockets', codes, () => running.transcript());
  assert.deepEqual([...new Set(all)], [1001]);
  await running.logs('worker 1 ended with exit code 0');
});
