// Any server is taken over as it is: every way to write one, on every Node.js that we support.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { echo } from '../harness/http.ts';
import { nodeBinary, type NodeVersion } from '../harness/nodes.ts';
import { respite } from '../harness/respite.ts';
import { type Server, SERVERS } from '../harness/servers.ts';

/** On the older versions, one of each kind of server that Node.js has, and one framework. */
const FEWER = new Set([
  'node-http.mjs',
  'node-http.cjs',
  'node-http.ts',
  'node-https.mjs',
  'http2-stream.mjs',
  'fastify.mjs',
]);

for (const version of [26, 24, 22] as const) {
  for (const server of SERVERS) {
    if (version === 26 || FEWER.has(server.file)) {
      test(`${server.name} on Node ${version}`, async (t) => {
        await takesOver(t, server, version);
      });
    }
  }
}

async function takesOver(
  t: Parameters<typeof nodeBinary>[0],
  { file, protocol }: Server,
  version: NodeVersion,
): Promise<void> {
  const node = await nodeBinary(t, version);
  if (node === undefined) return;
  const running = respite(t, file, { node });
  const port = await running.port();

  const [worker] = await running.ready();
  assert.ok(worker);
  assert.notEqual(worker.pid, running.pid);
  // It runs the Node.js that Respite was started with, in a process of its own, and the socket is the supervisor's.
  assert.deepEqual(await echo(port, { protocol }), { pid: worker.pid, method: 'GET', bytes: 0 });
  const posted = await echo(port, { protocol, method: 'POST', body: 'x'.repeat(100_000) });
  assert.deepEqual(posted, { pid: worker.pid, method: 'POST', bytes: 100_000 });
  const { sockets, totals } = await running.untilStatus('both requests counted', (status) =>
    status.totals.requests.reduce((sum, { count }) => sum + count, 0) >= 2 ? status : undefined,
  );
  assert.deepEqual(
    sockets.map((socket) => socket.port),
    [port],
  );
  assert.ok(totals.requests.every(({ decision }) => decision === 'admitted'));

  assert.deepEqual(await running.stop(), { code: 0, signal: null });
  assert.deepEqual(await running.offspring(), []);
}
