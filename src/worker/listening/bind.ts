// What Node.js's `listen()` consists of, as far as it is undocumented (lib/net.js).
import type net from 'node:net';
import { constants } from 'node:os';
import { fileIdentity } from '../../core/socket-file.ts';
import type { TcpHandle } from '../handles.ts';
import type { BoundAddress } from '../protocol.ts';
import type { Call } from './own-socket.ts';
import type { Place, Wanted } from './place.ts';
import { createServerHandle } from './server-handle.ts';
import { bindUnixSocket } from './unix-socket.ts';

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

/** Node.js's own default (lib/net.js): the kernel makes 512 of it. */
export const DEFAULT_BACKLOG = 511;

/**
 * Binds and listens as Node.js would. libuv keeps a taken port to itself until `listen`, so both are tried here.
 *
 * @param isAbandoned The file of a Unix socket is there, and no program listens: it is replaced.
 */
export function bind(
  { address, port, addressType, flags }: Wanted,
  backlog: number = DEFAULT_BACKLOG,
  isAbandoned: boolean = false,
): TcpHandle | 'taken' | 'failed' {
  const handle =
    addressType === -1
      ? bindUnixSocket(address ?? '', backlog, isAbandoned)
      : bindPort({ address, port, addressType, flags }, backlog);
  if (typeof handle !== 'number') return handle;
  return handle === -constants.errno.EADDRINUSE ? 'taken' : 'failed';
}

function bindPort({ address, port, addressType, flags }: Wanted, backlog: number): TcpHandle | number {
  const handle = createServerHandle(address, port, addressType, undefined, flags);
  if (typeof handle === 'number') return handle;
  const status = handle.listen(backlog);
  if (status === 0) return handle;
  handle.close();
  return status;
}

/** What a `listen()` was asked for. */
export function wantedBy([address, port, addressType, , , flags = 0]: Parameters<Listen2>): Wanted {
  return { address, port: port ?? 0, addressType, flags };
}

/** The same for people. */
export function placeText([address, port, , , fd]: Partial<Parameters<Listen2>>): string {
  if (port === -1 || port === null || port === undefined) return String(address ?? fd ?? '');
  return `port ${port}${address === null ? '' : ` on ${address}`}`;
}

/** Where a socket is that was wanted there. */
export function boundPlace(handle: TcpHandle, place: Place): Place {
  if (place.family === 'unix') return { ...place, file: fileIdentity(place.address) };
  const name: Partial<BoundAddress> = {};
  handle.getsockname?.(name);
  return { ...place, ...name };
}

/** Has Node.js listen on a handle as if it had made that itself. @returns Whether it listens; otherwise the error is on its way. */
export function listenOn(
  listen2: Listen2,
  { server, args }: Pick<Call, 'server' | 'args'>,
  handle: TcpHandle,
  place: Place,
): boolean {
  const [address, port, addressType, backlog, fd, flags] = args;
  server._handle = handle;
  // Node.js itself resolves "any address" where it makes the handle.
  const resolved =
    address === null
      ? ([place.address, port, place.family === 'IPv6' ? 6 : 4] as const)
      : ([address, port, addressType] as const);
  listen2.apply(server, [...resolved, backlog, fd, flags]);
  return server._handle !== null;
}
