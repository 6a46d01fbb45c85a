import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2Stream, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import { GuardedConnection, type Output } from './guarded-connection.ts';
import { type GuardOptions, resolveGuardOptions, type ResolvedGuardOptions } from './options.ts';
import { ResponsesOutput, SessionOutput, SocketOutput } from './outputs.ts';

/** Ends the guard; connections are left as they are. */
export interface ServerGuard {
  stop(): void;
}

/** How often connections that may hold something are looked at. What is written in between is over the limit until then. */
const LOOK_EVERY_MS = 100;

/**
 * Bounds what the connections of a server hold whose code writes without looking at what `write()` returns: of net, tls, http,
 * https or http2. When the budget needs room, the connection that holds most, or has been blocked longest, is cut; nobody is
 * told to wait, since there is nobody who would. Call it before the server listens.
 *
 * Where the code is yours, a channel is better (`createChannel`): it lets you wait, and loses no client.
 *
 * Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for a bad option.
 */
export function guardServer(server: Server, options: GuardOptions): ServerGuard {
  const guard = new Guard(resolveGuardOptions(options));
  if ('updateSettings' in server) {
    server.prependListener('stream', guard.onStream);
    // HTTP/1 on the same port (allowHTTP1).
    server.prependListener('request', guard.onRequest);
  } else if ('headersTimeout' in server) server.prependListener('request', guard.onRequest);
  else
    server.prependListener('setSecureContext' in server ? 'secureConnection' : 'connection', guard.onSocket);
  return {
    stop() {
      for (const [event, listener] of [
        ['stream', guard.onStream],
        ['request', guard.onRequest],
        ['secureConnection', guard.onSocket],
        ['connection', guard.onSocket],
      ] as const) {
        server.off(event, listener as (...args: unknown[]) => void);
      }
      guard.stop();
    },
  };
}

/** Connections with responses under way; those of a server without requests have one as long as they are open. */
interface Open<Part extends Writable> {
  readonly connection: GuardedConnection;
  readonly parts: Set<Part>;
}

/** A socket, or a session of HTTP/2. */
interface Closing {
  once(event: 'close', listener: () => void): unknown;
}

class Guard {
  readonly #options: ResolvedGuardOptions;
  readonly #bySocket = new WeakMap<Socket, Open<ServerResponse>>();
  readonly #bySession = new WeakMap<ServerHttp2Session, Open<Http2Stream>>();
  /** Those that may hold something: an idle connection costs nothing. */
  readonly #active = new Set<GuardedConnection>();
  /** Something was asked of them in this turn. */
  readonly #asked = new Set<GuardedConnection>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ResolvedGuardOptions) {
    this.#options = options;
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const connection of this.#active) connection.ended();
    this.#active.clear();
    this.#asked.clear();
  }

  readonly onSocket = (socket: Socket): void => {
    const connection = this.#connect(new SocketOutput(socket), socket);
    this.#activate(connection);
  };

  readonly onRequest = ({ httpVersionMajor, socket }: IncomingMessage, response: ServerResponse): void => {
    // Streams of HTTP/2 have been seen.
    if (httpVersionMajor >= 2) return;
    let open = this.#bySocket.get(socket);
    if (open === undefined) {
      const parts = new Set<ServerResponse>();
      open = { connection: this.#connect(new ResponsesOutput(socket, parts), socket), parts };
      this.#bySocket.set(socket, open);
    }
    this.#begun(open, response);
  };

  readonly onStream = (stream: ServerHttp2Stream): void => {
    const { session } = stream;
    if (session === undefined) return;
    let open = this.#bySession.get(session as ServerHttp2Session);
    if (open === undefined) {
      const parts = new Set<Http2Stream>();
      const output = new SessionOutput(session as ServerHttp2Session, parts);
      open = { connection: this.#connect(output, session), parts };
      this.#bySession.set(session as ServerHttp2Session, open);
    }
    this.#begun(open, stream);
  };

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
    parts.add(part);
    part.once('close', () => {
      parts.delete(part);
      if (parts.size > 0 || !this.#active.delete(connection)) return;
      connection.look(performance.now());
    });
    this.#activate(connection);
    if (this.#asked.size === 0) setImmediate(this.#lookAtAsked);
    this.#asked.add(connection);
  }

  #activate(connection: GuardedConnection): void {
    this.#active.add(connection);
    this.#timer ??= setInterval(this.#lookAtActive, LOOK_EVERY_MS).unref();
  }

  readonly #lookAtAsked = (): void => {
    const asked = [...this.#asked];
    this.#asked.clear();
    look(asked);
  };

  readonly #lookAtActive = (): void => {
    if (this.#active.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else look(this.#active);
  };
}

function look(connections: Iterable<GuardedConnection>): void {
  const nowMs = performance.now();
  for (const connection of connections) connection.look(nowMs);
}
