// What Node.js's `listen()` consists of, as far as it is undocumented (lib/net.js).
import net from 'node:net';
import { constants } from 'node:os';
import type { TcpHandle } from '../protocol.ts';
import type { Wanted } from './place.ts';

/** What Node.js calls on a server once `listen()` has understood its arguments; kept overridable on purpose (lib/net.js). */
export interface ListeningServer extends net.Server {
  _handle: TcpHandle | null;
  _connections: number;
  /** Emits `close` if nothing is open any more. */
  _emitCloseIfDrained(): void;
  _listen2: Listen2;
}

export type Listen2 = (
  this: ListeningServer,
  address: string | null,
  port: number | null,
  addressType: number,
  backlog: number | undefined,
  fd: number | undefined,
  flags: number | undefined,
) => void;

/** Undocumented but stable, used by node:cluster: binds, and returns the handle or an error number. */
type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number,
  fd: undefined,
  flags: number | undefined,
) => TcpHandle | number;

/** Node.js's own default (lib/net.js): the kernel makes 512 of it. */
export const DEFAULT_BACKLOG = 511;

/** Binds and listens as Node.js would. libuv keeps a taken port to itself until `listen`, so both are tried here. */
export function bind(
  { address, port, addressType, flags }: Wanted,
  backlog: number | undefined,
): TcpHandle | 'taken' | 'failed' {
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle;
  const handle = create(address, port, addressType, undefined, flags);
  if (typeof handle === 'number') return handle === -constants.errno.EADDRINUSE ? 'taken' : 'failed';
  const status = handle.listen(backlog || DEFAULT_BACKLOG);
  if (status === 0) return handle;
  handle.close();
  return status === -constants.errno.EADDRINUSE ? 'taken' : 'failed';
}
