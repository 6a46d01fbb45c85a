// Clients that are killed in the middle of a response, over HTTP/1, TLS, HTTP/2 and WebSockets, under a budget, a guard and a
// broadcast: nothing is thrown, and the budget is back at 0. `npm run test:kills` for 10,000 of them (RESPITE_TEST_KILLS).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import tls from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import {
  broadcast,
  type Channel,
  createChannel,
  createWriteBudget,
  guardServer,
  pipe,
  type WriteBudget,
} from '../../src/backpressure/index.ts';
import { below, printedRandom } from '../harness/seed.ts';
import { until } from '../harness/until.ts';
import { certificate } from './servers.ts';

const MB = 1024 * 1024;
const KILLS = Number(process.env['RESPITE_TEST_KILLS'] ?? 160);
/** At the same time. */
const CLIENTS = 20;
const key = readFileSync(new URL('../harness/fixtures/tls/test-only-key.pem', import.meta.url));
const identity = { cert: certificate, key };

const POLICIES = ['disconnect', 'drop-oldest', 'coalesce', 'pause'] as const;

/** What a server does with each of its clients: feeds of a broadcast, endless responses, and one that ignores backpressure. */
class Feeds {
  readonly budget: WriteBudget = createWriteBudget({ limitBytes: 32 * MB });
  readonly channels = new Set<Channel>();
  #count = 0;
  readonly #publishing = setInterval(() => {
    void broadcast(this.channels, Buffer.alloc(64 * 1024), { key: 'a' });
  }, 5);

  serve(to: Parameters<typeof createChannel>[0], flood: () => void): void {
    this.#count += 1;
    const kind = this.#count % 3;
    if (kind === 0) {
      flood();
      return;
    }
    const policy = POLICIES[this.#count % POLICIES.length];
    const channel = createChannel(to, { budget: this.budget, overflow: { policy } });
    if (kind === 1) {
      void pipe(endless(), channel);
      return;
    }
    this.channels.add(channel);
    void channel.closed.then(() => this.channels.delete(channel));
  }

  stop(): void {
    clearInterval(this.#publishing);
  }
}

async function* endless(): AsyncGenerator<Buffer> {
  for (;;) yield await Promise.resolve(Buffer.alloc(100_000));
}

/** Connects, and has a response begin. @returns Kills the client. */
type Connect = (port: number) => Promise<() => void>;

interface Kind {
  readonly name: string;
  create(feeds: Feeds): Server;
  readonly connect: Connect;
}

function quiet<T extends { on(event: 'error', listener: () => void): unknown }>(emitter: T): T {
  emitter.on('error', () => {});
  return emitter;
}

async function ask(socket: Socket): Promise<() => void> {
  quiet(socket).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {});
  return () => {
    if (socket instanceof tls.TLSSocket) socket.destroy();
    else socket.resetAndDestroy();
  };
}

const KINDS: readonly Kind[] = [
  {
    name: 'HTTP/1',
    create: (feeds) =>
      http.createServer((_, response) => {
        feeds.serve(response, () => response.end(Buffer.alloc(4 * MB)));
      }),
    connect: (port) => ask(net.connect(port, '127.0.0.1')),
  },
  {
    name: 'TLS',
    create: (feeds) =>
      https.createServer(identity, (_, response) => {
        feeds.serve(response, () => response.end(Buffer.alloc(4 * MB)));
      }),
    connect: (port) => ask(tls.connect({ port, ca: certificate, servername: 'localhost' })),
  },
  {
    name: 'HTTP/2',
    create: (feeds) =>
      http2.createServer((_, response) => {
        quiet(response);
        feeds.serve(response, () => response.end(Buffer.alloc(4 * MB)));
      }),
    async connect(port) {
      const transport = quiet(net.connect(port, '127.0.0.1'));
      const session = quiet(http2.connect('http://x', { createConnection: () => transport }));
      const request = (): http2.ClientHttp2Stream => quiet(session.request({ ':path': '/' }));
      const [first] = [request(), request(), request()];
      await Promise.race([once(first, 'data'), once(session, 'close')]).catch(() => {});
      return () => transport.resetAndDestroy();
    },
  },
  {
    name: 'WebSocket',
    create(feeds) {
      const server = http.createServer();
      new WebSocketServer({ server }).on('connection', (socket) => {
        quiet(socket);
        feeds.serve(socket, () => {
          for (let i = 0; i < 40; i += 1) socket.send(Buffer.alloc(100_000));
        });
      });
      return server;
    },
    async connect(port) {
      const client = quiet(new WebSocket(`ws://127.0.0.1:${port}`));
      await Promise.race([once(client, 'message'), once(client, 'close')]).catch(() => {});
      return () => client.terminate();
    },
  },
];

/** A process would end of these. */
function uncaught(t: TestContext): unknown[] {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  process.on('uncaughtExceptionMonitor', onError);
  t.after(() => process.off('uncaughtExceptionMonitor', onError));
  return errors;
}

for (const kind of KINDS) {
  const kills = Math.ceil(KILLS / KINDS.length);
  test(`${kind.name}: ${kills} clients are killed`, { timeout: 60_000 + kills * 100 }, async (t) => {
    const random = printedRandom(t);
    const errors = uncaught(t);
    const feeds = new Feeds();
    const server = kind.create(feeds);
    const guard = guardServer(server, { budget: feeds.budget });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let left = kills;
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const kill = await kind.connect(port);
        // At any point of a turn of the event loop, and of a response.
        for (let turns = below(random, 4); turns > 0; turns -= 1) {
          await new Promise((resolve) => void setImmediate(resolve));
        }
        kill();
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await until(
      'all to be over',
      () => {
        const { usedBytes, channels, blocked } = feeds.budget.stats();
        return usedBytes === 0 && channels === 0 && blocked === 0 && feeds.channels.size === 0;
      },
      () => JSON.stringify(feeds.budget.stats()),
    );
    assert.deepEqual(errors, []);
    feeds.stop();
    guard.stop();
    server.close();
  });
}
