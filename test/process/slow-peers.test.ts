// Peers that read nothing, or little, against the real kernel.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  boundKernelBuffers,
  type Channel,
  type ChannelOptions,
  createChannel,
  createWriteBudget,
  type EvictEvent,
} from '../../src/backpressure/index.ts';
import { kernelCalls } from '../../src/backpressure/kernel/calls.ts';
import { until } from '../harness/until.ts';

const KB = 1024;
const MB = 1024 * KB;

/** The kernel can be told and asked from Node.js 26 on, on Linux. */
const calls = kernelCalls();
const needsKernel = 'missing' in calls && `needs the kernel's socket options: ${calls.missing}`;

interface Flooding {
  readonly channels: Map<Channel, Socket>;
  dial(): Promise<Socket>;
}

/** A server that writes unique messages to everybody as long as it may. */
async function flooding(t: TestContext, options: ChannelOptions): Promise<Flooding> {
  const server: Server = net.createServer();
  const { isBounded } = boundKernelBuffers(server);
  assert.equal(isBounded, true);
  const channels = new Map<Channel, Socket>();
  const clients: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    const channel = createChannel(socket, options);
    channels.set(channel, socket);
    void flood(channel);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const client of clients) client.destroy();
    for (const socket of channels.values()) socket.destroy();
    server.close();
  });
  return {
    channels,
    async dial() {
      const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      clients.push(client);
      client.on('error', () => {});
      client.pause();
      await once(client, 'connect');
      return client;
    },
  };
}

async function flood(channel: Channel): Promise<void> {
  let message = 0;
  for (;;) {
    const isReady = await channel.ready();
    if (!isReady) return;
    message += 1;
    channel.write(Buffer.alloc(8 * KB, message));
  }
}

/** Reads that much each second until it is stopped. */
function readSlowly(client: Socket, bytesPerSecond: number): { bytes: number } {
  const read = { bytes: 0 };
  const timer = setInterval(() => {
    const chunk = client.read(bytesPerSecond / 4) as Buffer | null;
    read.bytes += chunk?.length ?? 0;
  }, 250);
  client.once('close', () => {
    clearInterval(timer);
  });
  return read;
}

test(
  'peers that never read are gone within 10 s, and none that reads 32 KB/s',
  { skip: needsKernel, timeout: 60_000 },
  async (t) => {
    const { channels, dial } = await flooding(t, {});
    const evictedMs: number[] = [];
    const reasons = new Set<string>();
    const startedMs = performance.now();
    const onEvict = (message: unknown): void => {
      const { reason } = message as EvictEvent;
      evictedMs.push(performance.now() - startedMs);
      reasons.add(reason);
    };
    diagnostics.subscribe('respite:backpressure:evict', onEvict);
    t.after(() => {
      diagnostics.unsubscribe('respite:backpressure:evict', onEvict);
    });
    await Promise.all(Array.from({ length: 60 }, dial));
    const honest = await Promise.all(Array.from({ length: 20 }, dial));
    const read = honest.map((client) => readSlowly(client, 32 * KB));
    // More than ten seconds for one that reads 32 KB/s, so that each could have been taken for slow.
    await until(
      'the evictions, and 340 KB for each that reads',
      () => evictedMs.length >= 60 && read.every(({ bytes }) => bytes >= 340 * KB),
      () => `${evictedMs.length} evicted; read ${read.map(({ bytes }) => bytes).join(', ')}`,
    );
    assert.equal(evictedMs.length, 60);
    assert.deepEqual([...reasons], ['slow-peer']);
    assert.ok(Math.max(...evictedMs) <= 10_000, `the last after ${Math.max(...evictedMs)} ms`);
    assert.deepEqual(
      honest.map(({ destroyed }) => destroyed),
      honest.map(() => false),
    );
    assert.equal([...channels.keys()].filter(({ isClosed }) => !isClosed).length, 20);
  },
);

test('the kernel holds at most 128 KB for a peer that never reads', { skip: needsKernel }, async (t) => {
  const { channels, dial } = await flooding(t, { slowPeer: false });
  await Promise.all(Array.from({ length: 20 }, dial));
  assert.ok(!('missing' in calls));
  // Full: what the channels hold has not changed for 100 ms.
  let [held, sinceMs] = [-1, 0];
  await until('the buffers to be full', () => {
    const now = [...channels.keys()].reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
    if (now !== held) [held, sinceMs] = [now, performance.now()];
    return channels.size === 20 && held > 0 && performance.now() - sinceMs >= 100;
  });
  for (const [channel, socket] of channels) {
    const { _handle } = socket as unknown as { readonly _handle: { readonly fd: number } };
    const queued = calls.sendQueueBytes(_handle.fd);
    assert.ok(queued > 0 && queued <= 128 * KB, `${queued} bytes in the kernel`);
    assert.ok(channel.pendingBytes <= 264 * KB, `${channel.pendingBytes} bytes pending`);
  }
});

test(
  'a budget that stalled peers exhaust holds, and one that reads goes on',
  { skip: needsKernel, timeout: 20_000 },
  async (t) => {
    const budget = createWriteBudget({ limitBytes: 4 * MB });
    const { dial } = await flooding(t, { budget, slowPeer: false });
    const reader = await dial();
    const received = async (bytes: number): Promise<void> => {
      const goal = reader.bytesRead + bytes;
      while (reader.bytesRead < goal) await sleep(10);
    };
    reader.resume();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, budget.stats().usedBytes);
    }, 1);
    t.after(() => {
      clearInterval(watch);
    });
    await received(20 * MB);
    for (let i = 0; i < 500; i += 1) await dial();
    await until('an eviction for the budget', () => (budget.stats().evictions['budget'] ?? 0) > 0);
    await received(50 * MB);
    const { usedBytes, limitBytes, evictions, utilization } = budget.stats();
    assert.ok(most <= limitBytes, `${most} used`);
    assert.ok(usedBytes > limitBytes / 2 && utilization > 0.5, `${usedBytes} used`);
    assert.ok((evictions['budget'] ?? 0) > 0);
    assert.equal(reader.destroyed, false);
  },
);

test('where the kernel can not be told, a warning says so', async () => {
  const program = `
    import { createServer } from 'node:net';
    import { boundKernelBuffers } from ${JSON.stringify(new URL('../../src/backpressure/index.ts', import.meta.url).href)};
    process.on('warning', ({ name, code, message }) => console.log(JSON.stringify({ name, code, message })));
    console.log(JSON.stringify(boundKernelBuffers(createServer()).isBounded));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--permission',
    '--allow-fs-read=*',
    '--input-type=module',
    '--eval',
    program,
  ]);
  const [isBounded, ...warnings] = stdout.trim().split('\n');
  assert.equal(isBounded, 'false');
  const warning = warnings.find((line) => line.includes('RESPITE_KERNEL_UNBOUNDED')) ?? '';
  assert.match(warning, /the kernel's send buffers are not bounded: .+; lower net\.ipv4\.tcp_wmem/);
});
