// HTTP/2: streams on a few connections.
import { constants } from 'node:http2';
import type { Ending, Exchange } from '../exchange.ts';
import { methodHasBody } from '../methods.ts';
import type { Plan } from '../plan.ts';
import type { Transport, TransportEvents, TransportStats } from '../transport.ts';
import { firstOpens } from '../first-opens.ts';
import { type Carrier, type Http2Request, Session, type SessionOwner } from './session.ts';

/** Connections that are opened before the run: several, so that a server with several workers uses more than one. */
const INITIAL = 4;

interface Opening {
  resolve(): void;
  reject(error: Error): void;
}

export class Http2Transport implements Transport, SessionOwner {
  readonly stats: { -readonly [Key in keyof TransportStats]: TransportStats[Key] } = {
    connectionsOpened: 0,
    bytesReceived: 0,
    cutOff: 0,
  };
  readonly #plan: Plan;
  readonly #events: TransportEvents;
  readonly #requests: readonly Http2Request[];
  readonly #sessions = new Set<Session>();
  /** A connection of its own for each request, and for each slow reader. */
  readonly #single = new Set<Session>();
  /** Those that the server closes, until the last of their streams has ended. */
  readonly #closing = new Set<Session>();
  readonly #opening = new Map<Session, Opening>();

  constructor(plan: Plan, events: TransportEvents) {
    this.#plan = plan;
    this.#events = events;
    this.#requests = requestsOf(plan);
  }

  async open(count: number): Promise<void> {
    await this.#openOne();
    const others = Math.min(count, this.#plan.connections, INITIAL) - 1;
    if (this.#plan.newConnections) for (const session of this.#sessions) this.#drop(session);
    else await Promise.all(Array.from({ length: others }, async () => this.#openOne().catch(() => {})));
  }

  send(exchange: Exchange): boolean {
    const { newConnections, slowBytesPerSecond } = this.#plan;
    const isSingle = newConnections || exchange.isSlow;
    const session = isSingle
      ? this.#connect(this.#single, exchange.isSlow ? slowBytesPerSecond : 0)
      : this.#leastBusy();
    const request = this.#requests[exchange.kind];
    if (session === undefined || request === undefined) return false;
    session.send(exchange, exchange.path === undefined ? request : varied(request, exchange));
    return true;
  }

  abandon(exchange: Exchange): void {
    const carrier = exchange.carrier as Carrier | undefined;
    exchange.carrier = undefined;
    if (carrier === undefined) return;
    const { session, stream } = carrier;
    if (this.#single.has(session)) this.#drop(session);
    else stream.close(constants.NGHTTP2_CANCEL);
  }

  close(): void {
    for (const session of [...this.#sessions, ...this.#closing, ...this.#single]) this.#drop(session);
  }

  ended(session: Session, exchange: Exchange, ending: Ending): void {
    this.#events.ended(exchange, ending);
    if (this.#single.has(session) && !exchange.isSlow) this.#drop(session);
    this.#events.hasRoom();
  }

  unprocessed(exchange: Exchange): void {
    this.#events.unprocessed(exchange);
  }

  rested(session: Session, isComplete: boolean): void {
    if (this.#single.has(session) && !isComplete) this.stats.cutOff += 1;
    this.#drop(session);
  }

  opened(session: Session): void {
    this.#opening.get(session)?.resolve();
    this.#opening.delete(session);
    this.#events.hasRoom();
  }

  closing(session: Session): void {
    if (this.#sessions.delete(session)) this.#closing.add(session);
    this.#opening.get(session)?.reject(session.failure ?? new Error('CLOSED'));
    this.#opening.delete(session);
    this.#events.hasRoom();
  }

  closed(session: Session): void {
    this.#closing.delete(session);
  }

  received(bytes: number): void {
    this.stats.bytesReceived += bytes;
  }

  #leastBusy(): Session | undefined {
    let found: Session | undefined;
    for (const session of this.#sessions)
      if (session.hasRoom && (found === undefined || session.inFlight < found.inFlight)) found = session;
    if (found !== undefined || this.#sessions.size >= this.#plan.connections) return found;
    return this.#connect(this.#sessions, 0);
  }

  #connect(group: Set<Session>, slowBytesPerSecond: number): Session {
    this.stats.connectionsOpened += 1;
    const session = new Session(this, this.#plan.target, slowBytesPerSecond);
    group.add(session);
    return session;
  }

  async #openOne(): Promise<void> {
    const session = this.#connect(this.#sessions, 0);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#opening.set(session, { resolve, reject });
    // Its settings are the first that a server of HTTP/2 sends.
    await firstOpens(this.#plan.timeoutMs, promise);
  }

  #drop(session: Session): void {
    this.#sessions.delete(session);
    this.#closing.delete(session);
    this.#single.delete(session);
    session.destroy();
  }
}

/** Of a kind whose requests differ. */
function varied({ headers }: Http2Request, { path, bodyBytes }: Exchange): Http2Request {
  if (bodyBytes === 0) return { headers: { ...headers, ':path': path }, body: undefined };
  const body = Buffer.alloc(bodyBytes, 'x');
  return { headers: { ...headers, ':path': path, 'content-length': String(bodyBytes) }, body };
}

function requestsOf({ kinds, target }: Plan): readonly Http2Request[] {
  return kinds.map(({ method, path, headers, body }) => {
    const { host = target.authority, ...others } = headers;
    const length = body?.byteLength ?? (methodHasBody(method) ? 0 : undefined);
    return {
      headers: Object.assign(
        {
          ':method': method,
          ':path': path,
          ':scheme': target.isSecure ? 'https' : 'http',
          ':authority': host,
          'user-agent': 'respite-load',
        },
        others,
        length === undefined ? {} : { 'content-length': String(length) },
      ),
      body,
    };
  });
}
