// One HTTP/2 connection, with as many streams at a time as its server allows.
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Ending, Exchange } from '../exchange.ts';
import type { Target } from '../plan.ts';
import { openSocket } from '../socket.ts';
import { isRefusal, nameOf } from './errors.ts';

/** Streams at a time on a connection whose server allows more: what browsers use. */
const MAX_STREAMS = 100;

export interface SessionOwner {
  ended(session: Session, exchange: Exchange, ending: Ending): void;
  unprocessed(exchange: Exchange): void;
  /** A slow reader has read its response (true), or the server has closed it before (false). */
  rested(session: Session, isComplete: boolean): void;
  /** It is open, and the server's settings have arrived. */
  opened(session: Session): void;
  /** No other stream can be opened on it; those that are open may still end. */
  closing(session: Session): void;
  /** All of its streams have ended. */
  closed(session: Session): void;
  received(bytes: number): void;
}

export interface Http2Request {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array | undefined;
}

export class Session {
  /** Streams whose end has not been reported. */
  inFlight = 0;
  /** The error that has ended it. */
  failure: (Error & { readonly code?: string }) | undefined;
  readonly #owner: SessionOwner;
  readonly #session: ClientHttp2Session;
  readonly #slowBytesPerSecond: number;
  #isClosed = false;
  /** The last stream that the server takes after it has sent GOAWAY. */
  #lastStreamId = Infinity;

  /** @param slowBytesPerSecond How fast a slow reader reads; 0 for as fast as possible. */
  constructor(owner: SessionOwner, target: Target, slowBytesPerSecond: number) {
    this.#owner = owner;
    this.#slowBytesPerSecond = slowBytesPerSecond;
    const socket = openSocket(target, 'h2');
    this.#session = connect(`${target.isSecure ? 'https' : 'http'}://${target.authority}`, {
      createConnection: () => socket,
    });
    this.#session.on('connect', () => {
      if (target.isSecure && (socket as TLSSocket).alpnProtocol !== 'h2')
        this.#session.destroy(
          Object.assign(new Error('the server does not negotiate HTTP/2'), { code: 'NO_HTTP2' }),
        );
    });
    this.#session.once('remoteSettings', () => owner.opened(this));
    this.#session.on('error', (error) => {
      this.failure ??= error;
    });
    this.#session.on('goaway', (_code, lastStreamId) => {
      this.#lastStreamId = lastStreamId;
      this.#close();
    });
    this.#session.on('close', () => {
      this.#close();
      owner.closed(this);
    });
  }

  get hasRoom(): boolean {
    const allowed = Math.min(MAX_STREAMS, this.#session.remoteSettings.maxConcurrentStreams ?? MAX_STREAMS);
    const { closed, destroyed } = this.#session;
    return !this.#isClosed && !closed && !destroyed && this.inFlight < allowed;
  }

  /** The exchange's carrier is its stream from now on; an exchange with another carrier is reported no more. */
  send(exchange: Exchange, { headers, body }: Http2Request): void {
    this.inFlight += 1;
    const stream = this.#session.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const attempt = new Attempt();
    exchange.carrier = { session: this, stream } satisfies Carrier;
    const { carrier } = exchange;
    const end = (ending: Ending): void => {
      if (attempt.hasEnded) return;
      attempt.hasEnded = true;
      this.inFlight -= 1;
      // Its client has cancelled it, and the exchange may be another request by now.
      if (exchange.carrier !== carrier) return;
      exchange.carrier = undefined;
      if (ending.status === 0 && (stream.id ?? 0) > this.#lastStreamId) this.#owner.unprocessed(exchange);
      else this.#owner.ended(this, exchange, ending);
    };
    let isComplete = false;
    stream.on('response', (fields) => {
      attempt.head(fields);
      if (this.#slowBytesPerSecond > 0) end(attempt.ending);
    });
    stream.on('data', (chunk: Buffer) => {
      this.#owner.received(chunk.length);
      if (this.#slowBytesPerSecond > 0) this.#readOnLater(stream, chunk.length);
    });
    stream.on('end', () => {
      isComplete = true;
      if (attempt.ending.status > 0) end(attempt.ending);
    });
    stream.on('error', () => {});
    stream.on('close', () => {
      if (attempt.hasEnded) {
        if (this.#slowBytesPerSecond > 0) this.#owner.rested(this, isComplete && stream.rstCode === 0);
        return;
      }
      const name = stream.rstCode > 0 ? nameOf(stream.rstCode) : undefined;
      const refusal = name !== undefined && isRefusal(name) ? name : undefined;
      const error = refusal ?? this.failure?.code ?? name ?? 'CLOSED';
      end({ status: 0, reason: refusal, retryAfter: undefined, error });
    });
  }

  /** Closes it and all of its streams. */
  destroy(): void {
    this.#isClosed = true;
    this.#session.destroy();
  }

  #readOnLater(stream: ClientHttp2Stream, bytes: number): void {
    stream.pause();
    setTimeout(() => stream.resume(), (bytes * 1000) / this.#slowBytesPerSecond).unref();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#owner.closing(this);
  }
}

/** Where an exchange's request is. */
export interface Carrier {
  readonly session: Session;
  readonly stream: ClientHttp2Stream;
}

/** What is known of a response so far. */
class Attempt {
  hasEnded = false;
  ending: Ending = { status: 0, reason: undefined, retryAfter: undefined, error: undefined };

  head(fields: Readonly<Record<string, unknown>>): void {
    const text = (name: string): string | undefined => {
      const value = fields[name];
      return typeof value === 'string' ? value : undefined;
    };
    this.ending = {
      status: Number(fields[':status']),
      reason: text('respite-shed'),
      retryAfter: text('retry-after'),
      error: undefined,
    };
  }
}
