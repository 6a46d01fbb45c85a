// What is in flight on a connection of HTTP/1, or a session of HTTP/2. Its close ends all of it, also responses that still wait for
// their turn in a pipeline (which Node.js before April 2026 never closes), and streams of HTTP/2 that never close. So a response of
// HTTP/1 needs no listener of its own.
import type { EventEmitter } from 'node:events';

/** A request as its connection sees it. */
export interface OnConnection {
  /** The connection has closed. */
  connectionClosed(): void;
}

/** A socket or a session. */
interface Connected extends EventEmitter {
  [kConnection]?: Connection;
}

/** Holds the record on the socket or session. Not global: another copy of this package keeps its own record of its own requests. */
const kConnection: unique symbol = Symbol('respite.connection');

/** The record of a connection, made with its first request. */
export class Connection {
  readonly carrier: object;
  /** The request in flight; nearly always there is one at most. */
  #first: OnConnection | undefined;
  /** Requests in flight behind the first, in a pipeline. */
  #others: Set<OnConnection> | undefined;

  constructor(carrier: object) {
    this.carrier = carrier;
  }

  /** Whether a request is in flight on it. */
  get isBusy(): boolean {
    return this.#first !== undefined || (this.#others?.size ?? 0) > 0;
  }

  add(request: OnConnection): void {
    if (this.#first === undefined) this.#first = request;
    else (this.#others ??= new Set()).add(request);
  }

  remove(request: OnConnection): void {
    if (this.#first === request) this.#first = undefined;
    else this.#others?.delete(request);
  }

  closed(): void {
    // Each takes itself out.
    const others = this.#others;
    this.#others = undefined;
    const first = this.#first;
    this.#first = undefined;
    first?.connectionClosed();
    for (const request of others ?? []) request.connectionClosed();
  }
}

/**
 * The record of a socket or session.
 *
 * @param onNew Called with a record that is new.
 */
export function connectionOf(carrier: Connected, onNew?: (connection: Connection) => void): Connection {
  let connection = carrier[kConnection];
  if (connection === undefined) {
    connection = new Connection(carrier);
    carrier[kConnection] = connection;
    carrier.on('close', connectionClosed);
    onNew?.(connection);
  }
  return connection;
}

function connectionClosed(this: Connected): void {
  this[kConnection]?.closed();
}
