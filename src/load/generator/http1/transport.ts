// HTTP/1.1: a pool of kept-alive connections, or a connection for each request.
import { setTimeout as delay } from 'node:timers/promises';
import type { Ending, Exchange } from '../exchange.ts';
import type { Plan } from '../plan.ts';
import type { Transport, TransportEvents, TransportStats } from '../transport.ts';
import { firstOpens } from '../first-opens.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { RequestBytes } from './requests.ts';

/** Maximum connections at a time when each request has its own: what a process may usually have open, less a margin. */
const MAX_NEW_CONNECTIONS = 10_000;

/** Maximum time for the connections that are opened before the run, without the first one, in milliseconds. */
const OPEN_MS = 2000;

interface Opening {
  resolve(): void;
  reject(code: Error): void;
}

export class Http1Transport implements Transport, ConnectionOwner {
  readonly stats: { -readonly [Key in keyof TransportStats]: TransportStats[Key] } = {
    connectionsOpened: 0,
    bytesReceived: 0,
    cutOff: 0,
  };
  readonly now: () => number;
  readonly #plan: Plan;
  readonly #events: TransportEvents;
  readonly #requests: RequestBytes;
  /** The one that has waited longest comes first, so that all are used alike. */
  readonly #idle: Connection[] = [];
  readonly #opening = new Map<Connection, Opening>();
  readonly #pool = new Set<Connection>();
  readonly #slowReaders = new Set<Connection>();
  readonly #mostInPool: number;

  constructor(plan: Plan, events: TransportEvents, now: () => number) {
    this.#plan = plan;
    this.#events = events;
    this.#requests = new RequestBytes(plan);
    this.#mostInPool = plan.newConnections ? MAX_NEW_CONNECTIONS : plan.connections;
    this.now = now;
  }

  async open(count: number): Promise<void> {
    await firstOpens(this.#plan.timeoutMs, this.#openOne());
    if (this.#plan.newConnections) {
      for (const connection of this.#idle.splice(0)) this.#drop(connection);
      return;
    }
    const others = Array.from({ length: count - 1 }, async () => this.#openOne().catch(() => {}));
    await Promise.race([Promise.all(others), delay(OPEN_MS, undefined, { ref: false })]);
    this.#opening.clear();
  }

  send(exchange: Exchange): boolean {
    const connection = exchange.isSlow ? this.#connectSlowReader() : this.#takeFromPool();
    if (connection === undefined) return false;
    exchange.carrier = connection;
    const isHeadRequest = this.#plan.kinds[exchange.kind]?.method === 'HEAD';
    connection.send(exchange, this.#requests.of(exchange), isHeadRequest);
    return true;
  }

  abandon(exchange: Exchange): void {
    const connection = exchange.carrier;
    exchange.carrier = undefined;
    if (!(connection instanceof Connection)) return;
    this.#drop(connection);
    this.#events.hasRoom();
  }

  close(): void {
    for (const connection of [...this.#pool, ...this.#slowReaders]) this.#drop(connection);
  }

  answered(connection: Connection): void {
    const { head } = connection.parser;
    this.#end(connection, {
      status: head?.status ?? 0,
      reason: head?.shed,
      retryAfter: head?.retryAfter,
      error: undefined,
    });
    if (this.#slowReaders.has(connection)) {
      if (!connection.isReading) this.#drop(connection);
      return;
    }
    if (!this.#plan.newConnections && connection.isReusable) this.#idle.push(connection);
    else this.#drop(connection);
    this.#events.hasRoom();
  }

  rested(connection: Connection): void {
    if (this.#slowReaders.has(connection)) {
      this.#drop(connection);
      return;
    }
    this.#idle.push(connection);
    this.#opening.get(connection)?.resolve();
    this.#opening.delete(connection);
    this.#events.hasRoom();
  }

  gone(connection: Connection, code: string): void {
    const isSlow = this.#slowReaders.delete(connection);
    this.#pool.delete(connection);
    const idle = this.#idle.indexOf(connection);
    if (idle !== -1) this.#idle.splice(idle, 1);
    this.#opening.get(connection)?.reject(connection.failure ?? Object.assign(new Error(code), { code }));
    this.#opening.delete(connection);
    if (connection.exchange !== undefined)
      this.#end(connection, { status: 0, reason: undefined, retryAfter: undefined, error: code });
    else if (isSlow) this.stats.cutOff += 1;
    this.#events.hasRoom();
  }

  received(bytes: number): void {
    this.stats.bytesReceived += bytes;
  }

  #end(connection: Connection, ending: Ending): void {
    const { exchange } = connection;
    if (exchange === undefined) return;
    connection.exchange = undefined;
    exchange.carrier = undefined;
    this.#events.ended(exchange, ending);
  }

  #takeFromPool(): Connection | undefined {
    const nowMs = this.now();
    for (let idle = this.#idle.shift(); idle !== undefined; idle = this.#idle.shift()) {
      if (idle.canSendAt(nowMs)) return idle;
      this.#drop(idle);
    }
    return this.#pool.size < this.#mostInPool ? this.#connect(this.#pool, 0) : undefined;
  }

  #connectSlowReader(): Connection | undefined {
    if (this.#slowReaders.size >= MAX_NEW_CONNECTIONS) return undefined;
    return this.#connect(this.#slowReaders, this.#plan.slowBytesPerSecond);
  }

  #connect(group: Set<Connection>, slowBytesPerSecond: number): Connection {
    this.stats.connectionsOpened += 1;
    const connection = new Connection(this, this.#plan.target, slowBytesPerSecond);
    group.add(connection);
    return connection;
  }

  async #openOne(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#opening.set(this.#connect(this.#pool, 0), { resolve, reject });
    await promise;
  }

  #drop(connection: Connection): void {
    connection.destroy();
    this.#pool.delete(connection);
    this.#slowReaders.delete(connection);
  }
}
