// How Node.js makes the handle of a listening socket: undocumented, but stable (lib/net.js), and used by node:cluster.
import net from 'node:net';
import type { TcpHandle } from '../handles.ts';

/** Binds, does not listen, and returns the handle or an error number. For a Unix socket port and addressType are -1. */
export type CreateServerHandle = (
  address: string | null,
  port: number | null,
  addressType: number,
  fd?: number,
  flags?: number,
) => TcpHandle | number;

const owner = net as unknown as { _createServerHandle: CreateServerHandle };

/** Node.js's own. */
export const createServerHandle: CreateServerHandle = owner._createServerHandle;

/** Puts `create` in its place. Only the primary process of node:cluster calls it, with `SCHED_NONE`; servers have a reference of their own. */
export function replaceCreateServerHandle(create: CreateServerHandle): void {
  owner._createServerHandle = create;
}
