import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2Stream, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { callSafely } from '../user-code.ts';
import { GuardedConnection, type Output } from './guarded-connection.ts';
import { HiddenBacklogs } from './hidden-backlogs.ts';
import type { ResolvedGuardOptions } from './options.ts';
import { ResponsesOutput, SessionOutput, SocketOutput } from './outputs.ts';
import { QuietSockets } from './quiet-sockets.ts';

/** How often connections that may hold something are looked at. What is written in between is over the limit until then. */
const LOOK_EVERY_MS = 100;

/** A connection with its responses, or streams, under way. */
interface Open<Part extends Writable> {
  readonly connection: GuardedConnection;
  readonly parts: Set<Part>;
}

/** A socket, or a session of HTTP/2. */
interface Closing {
  once(event: 'close', listener: () => void): unknown;
}

/** The connections of one server, and when each is looked at. */
export class Guard {
  readonly #options: ResolvedGuardOptions;
  readonly #bySocket = new WeakMap<Socket, Open<ServerResponse>>();
  readonly #bySession = new WeakMap<ServerHttp2Session, Open<Http2Stream>>();
  /** Those that may hold something. */
  readonly #active = new Set<GuardedConnection>();
  /** Connections of HTTP/1, active or not: which of them were upgraded shows when they hold something without a response. */
  readonly #quiet = new QuietSockets();
  /** A request has come over these in this turn. */
  readonly #asked = new Set<GuardedConnection>();
  readonly #hidden: HiddenBacklogs;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: ResolvedGuardOptions) {
    this.#options = options;
    this.#hidden = new HiddenBacklogs(options.budget, () => process.memoryUsage.rss());
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const connection of this.#active) connection.ended();
    this.#active.clear();
    this.#asked.clear();
    this.#quiet.clear();
    this.#hidden.stop();
  }

  /** A connection without HTTP. */
  readonly onSocket = (socket: Socket): void => {
    this.#activate(this.#connect(new SocketOutput(socket), socket));
  };

  /** A connection of HTTP, over which nothing was asked yet. */
  readonly onHttpSocket = (socket: Socket): void => {
    // Its session and streams have events of their own.
    if ((socket as TLSSocket).alpnProtocol === 'h2') return;
    this.#quiet.add(socket);
    socket.once('close', () => this.#quiet.delete(socket));
    this.#start();
  };

  readonly onRequest = ({ httpVersionMajor, socket }: IncomingMessage, response: ServerResponse): void => {
    // Streams of HTTP/2 have been seen.
    if (httpVersionMajor < 2) this.#begun(this.#openOf(socket), response);
  };

  readonly onStream = (stream: ServerHttp2Stream): void => {
    const session = stream.session as ServerHttp2Session | undefined;
    if (session === undefined) return;
    let open = this.#bySession.get(session);
    if (open === undefined) {
      const parts = new Set<Http2Stream>();
      open = { connection: this.#connect(new SessionOutput(session, parts), session), parts };
      this.#bySession.set(session, open);
    }
    this.#begun(open, stream);
  };

  #openOf(socket: Socket): Open<ServerResponse> {
    let open = this.#bySocket.get(socket);
    if (open === undefined) {
      const parts = new Set<ServerResponse>();
      open = { connection: this.#connect(new ResponsesOutput(socket, parts), socket), parts };
      this.#bySocket.set(socket, open);
    }
    return open;
  }

  #connect(output: Output, closes: Closing): GuardedConnection {
    const connection = new GuardedConnection(this.#options, output);
    closes.once('close', () => {
      connection.ended();
      this.#active.delete(connection);
      this.#asked.delete(connection);
    });
    return connection;
  }

  #begun<Part extends Writable>({ connection, parts }: Open<Part>, part: Part): void {
    if (this.#isStopped) return;
    parts.add(part);
    part.once('close', () => {
      parts.delete(part);
      if (parts.size > 0 || connection.isUpgraded || !this.#active.delete(connection)) return;
      connection.look(performance.now());
    });
    this.#activate(connection);
    if (this.#asked.size === 0) setImmediate(this.#lookAtAsked);
    this.#asked.add(connection);
  }

  #activate(connection: GuardedConnection): void {
    if (this.#isStopped) return;
    this.#active.add(connection);
    this.#start();
  }

  #start(): void {
    if (this.#isStopped) return;
    this.#timer ??= setInterval(this.#lookAtAll, LOOK_EVERY_MS).unref();
  }

  readonly #lookAtAsked = (): void => {
    const asked = [...this.#asked];
    this.#asked.clear();
    look(asked);
  };

  readonly #lookAtAll = (): void => {
    for (const socket of this.#quiet.next()) this.#lookAtQuiet(socket);
    look(this.#active);
    this.#hidden.look(this.#active, performance.now());
    if (this.#active.size > 0 || this.#quiet.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  };

  /** What writes without a response is an upgraded connection: a WebSocket, a tunnel. It stays active until it closes. */
  #lookAtQuiet(socket: Socket): void {
    if (socket.writableLength === 0) return;
    const { connection, parts } = this.#openOf(socket);
    if (parts.size > 0) return;
    this.#quiet.delete(socket);
    connection.upgraded();
    this.#activate(connection);
  }
}

function look(connections: Iterable<GuardedConnection>): void {
  const nowMs = performance.now();
  for (const connection of connections) callSafely(() => connection.look(nowMs));
}
