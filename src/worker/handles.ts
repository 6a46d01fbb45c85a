// Handles of Node.js's own that pass between worker and supervisor.
import type { BoundAddress } from './protocol.ts';

/** The part of libuv's handle of a TCP or Unix socket that is used here; undocumented, the same from Node.js 20 to 26. */
export interface TcpHandle {
  onconnection: ((status: number, client: unknown) => void) | undefined;
  listen(backlog: number): number;
  close(callback?: () => void): void;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  /** Not there for a Unix socket. */
  getsockname?: ((out: Partial<BoundAddress>) => number) | undefined;
  /** Of a Unix socket: who else may connect. */
  fchmod?: (mode: number) => number;
}

/** libuv's handle of an accepted connection, as far as it is used here. */
export interface ConnectionHandle {
  getpeername(out: { address?: string }): number;
  close(): void;
}
