// How Node.js makes the handle of a listening socket: undocumented, but stable (lib/net.js), and used by node:cluster.
import net from 'node:net';
import type { TcpHandle } from '../handles.ts';

/** Binds, does not listen, and returns the handle or an error number. For a Unix socket port and addressType are -1. */
type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number,
  fd?: number,
  flags?: number,
) => TcpHandle | number;

const owner = net as unknown as { _createServerHandle: CreateServerHandle };

/** Node.js's own. */
export const createServerHandle: CreateServerHandle = owner._createServerHandle;

/**
 * Has `onHandle` called for each listening socket that the primary process of node:cluster makes for its workers with `SCHED_NONE`. No
 * server of this process listens on it.
 */
export function watchClusterHandles(onHandle: (address: string | null, port: number | null) => void): void {
  owner._createServerHandle = (...args) => {
    const handle = createServerHandle(...args);
    if (typeof handle !== 'number') onHandle(args[0], args[1]);
    return handle;
  };
}
