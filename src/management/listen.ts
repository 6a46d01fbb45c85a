import { once } from 'node:events';
import type { Server } from 'node:net';
import { RespiteError } from '../core/errors.ts';
import type { Log } from '../supervisor/index.ts';
import type { ManagementAddress } from './options.ts';

export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/** Listens on the address. When the default one is taken, says so and takes a free port: two services on one machine is normal. */
export async function listen(server: Server, address: ManagementAddress, log: Log): Promise<BoundAddress> {
  try {
    return await bind(server, address);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const shown = `${address.host ?? ''}:${address.port}`;
    if (!('code' in error) || error.code !== 'EADDRINUSE') {
      const message = `cannot open the management port on ${shown}: ${error.message}`;
      throw new RespiteError('RESPITE_MANAGEMENT_LISTEN_FAILED', message, { cause: error });
    }
    if (address.chosen) {
      throw new RespiteError(
        'RESPITE_MANAGEMENT_ADDRESS_IN_USE',
        `the management address ${shown} is in use: choose another with --management <host:port>, or none with --management off`,
        { cause: error },
      );
    }
    log.warn({ address: shown }, `the management address ${shown} is in use, taking a free port instead`);
    return await bind(server, { ...address, port: 0 });
  }
}

async function bind(server: Server, { host, port }: ManagementAddress): Promise<BoundAddress> {
  server.listen(host === undefined ? { port } : { host, port });
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('a TCP server without an address');
  return { host: bound.address, port: bound.port };
}
