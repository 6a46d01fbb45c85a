import net from 'node:net';
import type { Lease } from './lease.ts';
import type { DrillAddress } from './order.ts';

interface Target {
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
}

/** Undocumented; what `connect` itself does with its arguments. */
const { _normalizeArgs: normalize } = net as unknown as {
  _normalizeArgs(args: readonly unknown[]): [Target, unknown];
};

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1|::ffff:127(?:\.\d+){3})$/i;

/** Leads new connections to `from` to another address. Connections that are open stay as they are. */
export function redirect(
  lease: Lease,
  from: DrillAddress,
  to: DrillAddress,
  prototype: Pick<net.Socket, 'connect'> = net.Socket.prototype,
): void {
  const { connect } = prototype;
  function connectElsewhere(this: net.Socket, ...args: unknown[]): net.Socket {
    // What net.connect() hands over is normalized already, by an array that is marked as such.
    const normalized = (Array.isArray(args[0]) ? args[0] : normalize(args)) as [Target, unknown];
    if (lease.isHeld && isSame(normalized[0], from)) normalized[0] = { ...normalized[0], ...to };
    return Reflect.apply(connect, this, [normalized]) as net.Socket;
  }
  prototype.connect = connectElsewhere;
  lease.whenOver(() => {
    // A tracing agent may have wrapped it meanwhile: then it looks at the lease, and redirects nothing.
    if (prototype.connect === connectElsewhere) prototype.connect = connect;
  });
}

/** Whether a connection is one to this address. All names of the loopback interface are the same. */
export function isSame({ path, host = 'localhost', port }: Target, address: DrillAddress): boolean {
  if (path !== undefined || Number(port) !== address.port) return false;
  return (
    host.toLowerCase() === address.host.toLowerCase() || (LOOPBACK.test(host) && LOOPBACK.test(address.host))
  );
}
