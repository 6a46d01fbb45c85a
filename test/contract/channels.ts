// Every kind of thing that a channel writes to, each connected with a reader that gets the bytes as they arrive.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type ListenOptions, type Socket } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { createWebSocketStream, WebSocket, WebSocketServer } from 'ws';
import type { WebSocketLike } from '../../src/backpressure/index.ts';
import { certificate } from './servers.ts';

export interface Connected {
  readonly writer: Writable | http2.Http2ServerResponse | WebSocketLike;
  readonly reader: Readable;
}

export interface ChannelKind {
  readonly name: string;
  connect(t: TestContext): Promise<Connected>;
}

const key = readFileSync(new URL('../harness/fixtures/tls/test-only-key.pem', import.meta.url));

/** A connection that is cut off is what some tests are about. */
function expectErrors<Stream extends Readable | Writable>(stream: Stream): Stream {
  stream.on('error', () => {});
  return stream;
}

async function accepted(
  t: TestContext,
  server: net.Server,
  event: string,
  dial: (port: number) => Socket,
  where: ListenOptions = { port: 0, host: '127.0.0.1' },
): Promise<{ peer: Socket; client: Socket }> {
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  const client = expectErrors(dial(typeof address === 'object' ? (address as AddressInfo).port : 0));
  const [peer] = (await once(server, event)) as [Socket];
  t.after(() => {
    client.destroy();
    peer.destroy();
    server.close();
  });
  return { peer: expectErrors(peer), client };
}

async function overTcp(t: TestContext): Promise<{ peer: Socket; client: Socket }> {
  return await accepted(t, net.createServer(), 'connection', (port) => net.connect(port, '127.0.0.1'));
}

export const KINDS: readonly ChannelKind[] = [
  {
    name: 'node:net',
    async connect(t) {
      const { peer, client } = await overTcp(t);
      return { writer: peer, reader: client };
    },
  },
  {
    name: 'a Unix socket',
    async connect(t) {
      const directory = mkdtempSync(path.join(tmpdir(), 'respite-'));
      const file = path.join(directory, 'socket');
      const dial = (): Socket => net.connect(file);
      const { peer, client } = await accepted(t, net.createServer(), 'connection', dial, { path: file });
      t.after(() => {
        rmSync(directory, { recursive: true });
      });
      return { writer: peer, reader: client };
    },
  },
  {
    name: 'node:tls',
    async connect(t) {
      const server = tls.createServer({ cert: certificate, key });
      const dial = (port: number): Socket => tls.connect({ port, ca: certificate, servername: 'localhost' });
      const { peer, client } = await accepted(t, server, 'secureConnection', dial);
      return { writer: peer, reader: client };
    },
  },
  {
    name: 'a response of node:http',
    async connect(t) {
      const server = http.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const request = expectErrors(http.get({ port, host: '127.0.0.1', agent: false }));
      const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
      response.flushHeaders();
      const [reader] = (await once(request, 'response')) as [http.IncomingMessage];
      t.after(() => {
        request.destroy();
        server.closeAllConnections();
        server.close();
      });
      return { writer: expectErrors(response), reader: expectErrors(reader) };
    },
  },
  {
    name: 'a response of node:https whose write() is wrapped',
    async connect(t) {
      const server = https.createServer({ cert: certificate, key }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const options = { port, host: '127.0.0.1', servername: 'localhost', ca: certificate, agent: false };
      const request = expectErrors(https.get(options));
      const [, response] = (await once(server, 'request')) as [unknown, http.ServerResponse];
      // As `compression` does: the callback is lost.
      const write = response.write.bind(response) as (chunk: unknown) => boolean;
      response.write = (chunk: unknown) => write(chunk);
      response.flushHeaders();
      const [reader] = (await once(request, 'response')) as [http.IncomingMessage];
      t.after(() => {
        request.destroy();
        server.closeAllConnections();
        server.close();
      });
      return { writer: expectErrors(response), reader: expectErrors(reader) };
    },
  },
  {
    name: 'a stream of node:http2',
    async connect(t) {
      const server = http2.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      session.on('error', () => {});
      const reader = expectErrors(session.request({ ':path': '/' }));
      const [writer] = (await once(server, 'stream')) as [http2.ServerHttp2Stream];
      writer.respond();
      t.after(() => {
        session.destroy();
        server.close();
      });
      return { writer: expectErrors(writer), reader };
    },
  },
  {
    name: 'a response of node:http2',
    async connect(t) {
      const server = http2.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      session.on('error', () => {});
      const reader = expectErrors(session.request({ ':path': '/' }));
      const [, response] = (await once(server, 'request')) as [unknown, http2.Http2ServerResponse];
      response.stream.on('error', () => {});
      t.after(() => {
        session.destroy();
        server.close();
      });
      return { writer: response, reader };
    },
  },
  {
    name: 'a response of node:http2 whose write() is wrapped',
    async connect(t) {
      const server = http2.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      session.on('error', () => {});
      const reader = expectErrors(session.request({ ':path': '/' }));
      const [, response] = (await once(server, 'request')) as [unknown, http2.Http2ServerResponse];
      response.stream.on('error', () => {});
      const write = response.write.bind(response) as (chunk: unknown) => boolean;
      response.write = (chunk: unknown) => write(chunk);
      t.after(() => {
        session.destroy();
        server.close();
      });
      return { writer: response, reader };
    },
  },
  {
    name: 'a PassThrough',
    connect() {
      // What is written is read later, from the same memory.
      const through = expectErrors(new PassThrough({ highWaterMark: 1024 * 1024 }));
      return Promise.resolve({ writer: through, reader: through });
    },
  },
  {
    name: 'a WebSocket of ws',
    async connect(t) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const [writer] = (await once(server, 'connection')) as [WebSocket];
      writer.on('error', () => {});
      t.after(() => {
        client.terminate();
        server.close();
      });
      const reader = expectErrors(createWebSocketStream(client));
      // Its other half would stay open forever.
      reader.once('end', () => reader.destroy());
      return { writer, reader };
    },
  },
];
