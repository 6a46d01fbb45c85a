import assert from 'node:assert/strict';
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RuntimeReader } from './runtime-figures.ts';

const delay = monitorEventLoopDelay({ resolution: 10 });

test('collections are counted by type', async () => {
  const reader = new RuntimeReader(() => new Set());
  reader.start();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const majors = (): number =>
    reader
      .read(delay, 10)
      .collections.filter(({ type }) => type === 'major')
      .reduce((sum, { counts }) => sum + counts.reduce((own, count) => own + count, 0), 0);
  while (majors() === 0) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('heap spaces, and a loop that has measured nothing yet', () => {
  const { heapSpaces, eventLoopDelay, eventLoopActiveSeconds } = new RuntimeReader(() => new Set()).read(
    delay,
    10,
  );
  assert.ok(
    heapSpaces.some(({ name, usedBytes, sizeBytes }) => name === 'old_space' && usedBytes <= sizeBytes),
  );
  assert.deepEqual(eventLoopDelay, { min: 0, max: 0, mean: 0, stddev: 0, p50: 0, p90: 0, p99: 0 });
  assert.ok(eventLoopActiveSeconds >= 0);
});

test('connections of all servers, one reading later', async (t) => {
  const servers = [net.createServer(), net.createServer()];
  const reader = new RuntimeReader(() => new Set(servers));
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    await new Promise((resolve) => server.once('connection', resolve));
    t.after(() => {
      client.destroy();
      server.close();
    });
  }
  assert.equal(reader.read(delay, 10).openConnections, 0);
  while (reader.read(delay, 10).openConnections !== 2) await new Promise((resolve) => setImmediate(resolve));
});
