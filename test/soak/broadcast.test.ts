// A broadcast of 64 KB every 10 ms to 50 clients, of which 10 never read, under `respite run` with a budget: `ws` and `socket.io`.
// `npm run test:broadcast`; RESPITE_TEST_SECONDS for how long.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { installedFolder } from '../harness/installed.ts';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';
import { until } from '../harness/until.ts';

const MB = 1024 * 1024;
const LIMIT_BYTES = 64 * MB;
/** What the worker may have resident beyond the limit: some 90 MB are Node.js and Respite. */
const BEYOND_BYTES = 100 * MB;
const READERS = 40;
const STUCK = 10;
const SECONDS = Number(process.env['RESPITE_TEST_SECONDS'] ?? 30);

/** A client that checks that it misses nothing. */
interface Reader {
  readonly received: () => number;
  readonly missed: () => number;
  readonly isGone: () => boolean;
  close(): void;
}

interface Kind {
  readonly name: string;
  readonly folder: string;
  connect(port: number): Promise<{ socket: Socket; reader: Reader }>;
}

function counter(): { take(text: string): void; received: () => number; missed: () => number } {
  let [received, missed, last] = [0, 0, 0];
  return {
    take(text) {
      const number = Number.parseInt(text, 10);
      if (last > 0) missed += number - last - 1;
      last = number;
      received += 1;
    },
    received: () => received,
    missed: () => missed,
  };
}

const WS: Kind = {
  name: 'ws',
  folder: '',
  async connect(port) {
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    client.on('error', () => {});
    const { take, ...counts } = counter();
    client.on('message', (data: Buffer) => take(data.toString('latin1', 0, 20)));
    await once(client, 'open');
    const { _socket: socket } = client as unknown as { _socket: Socket };
    const isGone = (): boolean => client.readyState !== WebSocket.OPEN;
    return { socket, reader: { ...counts, isGone, close: () => client.terminate() } };
  },
};

/** What is used of socket.io-client. */
interface SocketIo {
  readonly connected: boolean;
  readonly io: { readonly engine: { readonly transport: { readonly ws: { readonly _socket: Socket } } } };
  on(event: string, listener: (data: string) => void): void;
  disconnect(): void;
}

function socketIo(folder: string): Kind {
  const { io } = createRequire(path.join(folder, 'package.json'))('socket.io-client') as {
    io(url: string, options: object): SocketIo;
  };
  return {
    name: 'socket.io',
    folder,
    async connect(port) {
      const client = io(`http://127.0.0.1:${port}`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      });
      const { take, ...counts } = counter();
      client.on('message', take);
      await new Promise<void>((resolve) => client.on('connect', () => resolve()));
      const socket = client.io.engine.transport.ws._socket;
      return {
        socket,
        reader: { ...counts, isGone: () => !client.connected, close: () => client.disconnect() },
      };
    },
  };
}

function rssBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

async function workerPid(running: RunningRespite): Promise<number> {
  return running.until('a worker', async () => (await running.status()).workers[0]?.pid);
}

async function holds(t: TestContext, kind: Kind): Promise<void> {
  const running = respite(t, 'broadcasts.mjs', {
    args: [kind.name, kind.folder],
    // V8's young generation grows with traffic, read or not.
    env: { NODE_OPTIONS: '--max-semi-space-size=4' },
    config: { backpressure: { limitBytes: LIMIT_BYTES }, admission: REFUSES_NOTHING },
  });
  const port = await running.port();
  const pid = await workerPid(running);
  const readers: Reader[] = [];
  const stuck: Socket[] = [];
  t.after(() => {
    for (const reader of readers) reader.close();
    for (const socket of stuck) socket.destroy();
  });
  for (let i = 0; i < READERS + STUCK; i += 1) {
    const { socket, reader } = await kind.connect(port);
    if (i % 5 === 4) stuck.push(socket.pause());
    else readers.push(reader);
  }
  let mostBytes = 0;
  const endsMs = performance.now() + SECONDS * 1000;
  while (performance.now() < endsMs) {
    mostBytes = Math.max(mostBytes, rssBytes(pid));
    await sleep(50);
  }
  const metrics = (await running.manage('/metrics')).body;
  const evictions = [...metrics.matchAll(/^respite_backpressure_evictions_total\{reason="(.+)"\} (\d+)/gm)];
  t.diagnostic(
    `peak ${Math.round(mostBytes / MB)} MB; ${evictions.map(([, why, n]) => `${why} ${n}`).join(', ')}`,
  );
  const received = readers.map((reader) => reader.received());
  t.diagnostic(`readers received ${Math.min(...received)} to ${Math.max(...received)} messages`);
  assert.equal(
    evictions.reduce((sum, [, , n]) => sum + Number(n), 0),
    STUCK,
    'the slow ones are cut',
  );
  assert.equal(readers.filter((reader) => reader.isGone()).length, 0, 'only the slow ones are cut');
  assert.equal(
    readers.reduce((sum, reader) => sum + reader.missed(), 0),
    0,
    'the others miss nothing',
  );
  assert.ok(Math.min(...received) > 0);
  assert.ok(mostBytes <= LIMIT_BYTES + BEYOND_BYTES, `${Math.round(mostBytes / MB)} MB`);
  await until('the worker to be the same', async () => (await workerPid(running)) === pid);
}

test('ws', { timeout: (SECONDS + 120) * 1000 }, (t) => holds(t, WS));

test('socket.io', { timeout: (SECONDS + 300) * 1000 }, async (t) => {
  const folder = await installedFolder(t, 'socket.io', ['socket.io', 'socket.io-client']);
  if (folder !== undefined) await holds(t, socketIo(folder));
});
