// Between the engine, which knows when and what, and the protocols, which know how.
import type { Ending, Exchange } from './exchange.ts';

/** What carries requests to the target. */
export interface Transport {
  /** Opens connections before the run. Rejects when the first one cannot be opened. */
  open(count: number): Promise<void>;
  /** Sends the exchange's request; false when every connection is in use. */
  send(exchange: Exchange): boolean;
  /** Its client gives up: nothing more is reported of it. */
  abandon(exchange: Exchange): void;
  close(): void;
  readonly stats: TransportStats;
}

export interface TransportStats {
  readonly connectionsOpened: number;
  readonly bytesReceived: number;
  /** Responses to slow readers whose connection the server closed before their end. */
  readonly cutOff: number;
}

/** What the transport reports. Never called from within {@link Transport.send}. */
export interface TransportEvents {
  /** The attempt has ended, or, for a slow reader, the head of its response has arrived. Called once for each attempt. */
  ended(exchange: Exchange, ending: Ending): void;
  /** The server closes the connection and has not looked at the request: a client sends it on another one (RFC 9113, section 6.8). */
  unprocessed(exchange: Exchange): void;
  /** A connection can take a request again, or there is room for a new one. */
  hasRoom(): void;
}
