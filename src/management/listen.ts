import { once } from 'node:events';
import { unlink } from 'node:fs/promises';
import type { Server } from 'node:net';
import { RespiteError } from '../core/errors.ts';
import { isAbandonedSocket } from '../core/socket-file.ts';
import type { Log } from '../supervisor/index.ts';
import { type ManagementAddress, showAddress, type SocketAddress, type TcpAddress } from './options.ts';

/** Where a server listens. */
export type BoundAddress = { readonly host: string; readonly port: number } | SocketAddress;

/** What listens, in messages. */
export interface Listener {
  readonly name: string;
  /** The option by which another address is chosen. */
  readonly flag: string;
}

const MANAGEMENT_PORT: Listener = {
  name: 'management',
  flag: '--management <host:port|unix:/path>, or none with --management off',
};

/**
 * Listens on the address. When the default one is taken, logs that and takes a free port: two services on one machine is normal. A
 * Unix socket that nothing listens on any more is replaced.
 */
export async function listen(
  server: Server,
  address: ManagementAddress,
  log: Log,
  { name, flag }: Listener = MANAGEMENT_PORT,
): Promise<BoundAddress> {
  const shown = showAddress(address);
  try {
    return 'path' in address ? await bindSocket(server, address) : await bindPort(server, address);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (codeOf(error) !== 'EADDRINUSE') {
      const message = `cannot open the ${name} port on ${shown}: ${error.message}`;
      throw new RespiteError('RESPITE_MANAGEMENT_LISTEN_FAILED', message, { cause: error });
    }
    if ('path' in address || address.chosen) {
      throw new RespiteError(
        'RESPITE_MANAGEMENT_ADDRESS_IN_USE',
        `the ${name} address ${shown} is in use: choose another with ${flag}`,
        { cause: error },
      );
    }
    log.warn({ address: shown }, `the ${name} address ${shown} is in use, taking a free port instead`);
    return await bindPort(server, { ...address, port: 0 });
  }
}

async function bindPort(server: Server, { host, port }: TcpAddress): Promise<BoundAddress> {
  server.listen(host === undefined ? { port } : { host, port });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server without an address');
  return { host: bound.address, port: bound.port };
}

async function bindSocket(server: Server, { path }: SocketAddress): Promise<SocketAddress> {
  try {
    await bindPrivately(server, path);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE' || !(await isAbandonedSocket(path))) throw error;
    await unlink(path);
    await bindPrivately(server, path);
  }
  return { path };
}

/** Only this user, and root, can connect: the socket never has another mode. */
async function bindPrivately(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    // Exclusive: bound before this returns, also in a process of node:cluster.
    server.listen({ path, exclusive: true });
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
