import diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundKernelBuffers, createChannel } from 'respite/backpressure';
import { dial, flood, KB, listen } from './support.ts';

const NEVER_READERS = 100;
const READERS = 20;
const READER_BYTES_PER_SECOND = 32 * KB;
const READ_EVERY_MS = 250;
const LOOK_AFTER_MS = 3000;
const RUN_MS = 15_000;

export interface PeersBound {
  /** Whether the kernel could be told; otherwise the rest says little. */
  readonly isKernelBounded: boolean;
  /** Of the peers that never read, what the kernel holds of one at most. */
  readonly kernelBytes: number;
  readonly neverReaders: number;
  /** When each peer was evicted, from when the first connected. */
  readonly evictedMs: readonly number[];
  readonly readers: number;
  readonly readersGone: number;
}

/** Peers that never read beside some that read 32 KB/s, on the real kernel. */
export async function peers(): Promise<PeersBound> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void flood(createChannel(socket));
  });
  const { isBounded } = boundKernelBuffers(server);
  const port = await listen(server);
  const startedMs = performance.now();
  const evictedMs: number[] = [];
  const onEvict = (): void => void evictedMs.push(performance.now() - startedMs);
  diagnostics.subscribe('respite:backpressure:evict', onEvict);
  const stalled = await Promise.all(Array.from({ length: NEVER_READERS }, () => dial(port)));
  const honest = await Promise.all(Array.from({ length: READERS }, () => dial(port)));
  for (const client of honest) readSlowly(client);
  await sleep(LOOK_AFTER_MS);
  const kernelBytes = mostQueuedBytes(port, new Set(stalled.map(({ localPort = 0 }) => localPort)));
  await sleep(RUN_MS - LOOK_AFTER_MS);
  const readersGone = honest.filter(({ destroyed }) => destroyed).length;
  diagnostics.unsubscribe('respite:backpressure:evict', onEvict);
  for (const client of [...stalled, ...honest]) client.destroy();
  server.close();
  return {
    isKernelBounded: isBounded,
    kernelBytes,
    neverReaders: NEVER_READERS,
    evictedMs,
    readers: READERS,
    readersGone,
  };
}

function readSlowly(client: Socket): void {
  const timer = setInterval(() => {
    client.read((READER_BYTES_PER_SECOND * READ_EVERY_MS) / 1000);
  }, READ_EVERY_MS);
  client.once('close', () => clearInterval(timer));
}

/** The largest send queue of the server's connections to these ports, as the kernel shows it (proc(5), /proc/net/tcp). */
function mostQueuedBytes(serverPort: number, clientPorts: ReadonlySet<number>): number {
  const queues = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', remote = '']) => portOf(local) === serverPort && clientPorts.has(portOf(remote)))
    .map(([, , , , queue = '']) => Number.parseInt(queue.split(':')[0] ?? '', 16));
  return Math.max(...queues);
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16);
}
