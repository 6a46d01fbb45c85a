// What Node.js's `listen()` consists of, as far as it is undocumented (lib/net.js).
import net from 'node:net';
import { constants } from 'node:os';
import type { PassThroughReason, TcpHandle } from './protocol.ts';

/** What Node.js calls on a server once `listen()` has understood its arguments; kept overridable on purpose (lib/net.js). */
export interface ListeningServer extends net.Server {
  _handle: TcpHandle | null;
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

/** `exclusive` and `reusePort` are asked for by name; only `listen` itself still knows them. */
export function passThroughReason(options: unknown): PassThroughReason | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const { exclusive, reusePort } = options as net.ListenOptions;
  if (exclusive === true) return 'exclusive';
  return reusePort === true ? 'reusePort' : undefined;
}

export function ownReason(
  server: ListeningServer,
  port: number | null,
  fd: number | undefined,
): PassThroughReason | undefined {
  if (server._handle !== null) return 'handle';
  if (typeof fd === 'number' && fd >= 0) return 'file descriptor';
  return port === -1 ? 'unix socket' : undefined;
}

/** Binds and listens as Node.js would. libuv keeps a taken port to itself until `listen`, so both are tried here. */
export function bind(
  address: string | null,
  port: number | null,
  addressType: number,
  flags: number | undefined,
  backlog: number | undefined,
): TcpHandle | 'taken' | 'failed' {
  const create = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle;
  const handle = create(address, port, addressType, undefined, flags);
  if (typeof handle === 'number') return 'failed';
  const status = handle.listen(backlog || DEFAULT_BACKLOG);
  if (status === 0) return handle;
  handle.close();
  return status === -constants.errno.EADDRINUSE ? 'taken' : 'failed';
}
