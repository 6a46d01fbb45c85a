// UDP ports of the script, which its other workers and its replacements can bind too.
import type { Socket } from 'node:dgram';
import { isIP } from 'node:net';

/** What `bind` was asked for, before a name is resolved. */
interface UdpPlace {
  readonly type: 'udp4' | 'udp6';
  readonly address: string;
  readonly port: number;
  readonly isIpv6Only: boolean;
}

/** The part of a socket's state that is used here (lib/dgram.js): undocumented, the same from Node.js 22 to 26. */
interface SocketState {
  readonly handle: UdpHandle | null;
  readonly reuseAddr?: boolean | undefined;
  readonly ipv6Only?: boolean | undefined;
  reusePort?: boolean | undefined;
}

interface UdpHandle {
  readonly constructor: new () => UdpHandle;
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  close(): void;
}

/** libuv's UV_UDP_IPV6ONLY. */
const IPV6_ONLY = 1;

/**
 * Has every UDP port that the script names be bound with `SO_REUSEPORT`: all workers can bind it, and the kernel gives each sender to one
 * of them. `exclusive` and `reuseAddr` (multicast) stay what they are, and so does a port that the kernel chooses. Linux only: elsewhere the
 * kernel does not spread datagrams.
 *
 * @param isOnly No other worker of this instance can have a port now, so a port in use is another program's, and an error as in Node.js.
 */
export function shareUdpPorts(isOnly: () => boolean, sharesExclusive: boolean): void {
  if (process.platform !== 'linux') return;
  // Loaded already, by the channel to the supervisor.
  const { prototype } = process.getBuiltinModule('node:dgram').Socket;
  const open = new Set<UdpPlace>();
  for (const name of ['bind', 'bindSync'] as const) {
    const { [name]: bind } = prototype as unknown as Record<
      typeof name,
      ((...args: unknown[]) => unknown) | undefined
    >;
    if (bind === undefined) continue; // Node.js 22 and 24 have no bindSync.
    const shared = function bindShared(this: Socket, ...args: unknown[]): unknown {
      const state = stateOf(this);
      const place = state && placeOf(this, state, args, sharesExclusive);
      if (state !== undefined && place !== undefined && mayShare(place, state, open, isOnly)) {
        state.reusePort = true;
        open.add(place);
        this.once('close', () => open.delete(place));
      }
      return Reflect.apply(bind, this, args);
    };
    Object.defineProperty(prototype, name, {
      value: shared,
      configurable: true,
      writable: true,
      enumerable: true,
    });
  }
}

/** Two sockets of one process are never shared, and neither is a port that another program has shared for itself. */
function mayShare(
  place: UdpPlace,
  state: SocketState,
  open: ReadonlySet<UdpPlace>,
  isOnly: () => boolean,
): boolean {
  return ![...open].some((other) => overlap(place, other)) && !(isOnly() && isTaken(place, state));
}

function stateOf(socket: Socket): SocketState | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'state symbol',
  );
  return symbol && (socket as unknown as Record<symbol, SocketState>)[symbol];
}

function placeOf(
  socket: Socket,
  state: SocketState,
  [first, second]: readonly unknown[],
  sharesExclusive: boolean,
): UdpPlace | undefined {
  const options =
    typeof first === 'object' && first !== null ? (first as Record<string, unknown>) : undefined;
  const port = Number(options === undefined ? first : options['port']);
  const address = options === undefined ? second : options['address'];
  if (!(port > 0) || state.reuseAddr === true || state.reusePort === true) return undefined;
  if (options?.['exclusive'] === true && !sharesExclusive) return undefined;
  const { type } = socket as Socket & { readonly type: UdpPlace['type'] };
  const anyAddress = type === 'udp4' ? '0.0.0.0' : '::';
  return {
    type,
    address: typeof address === 'string' && address !== '' ? address : anyAddress,
    port,
    isIpv6Only: state.ipv6Only === true,
  };
}

function overlap(one: UdpPlace, other: UdpPlace): boolean {
  if (one.port !== other.port) return false;
  if (one.type === other.type) return one.address === other.address || isAny(one) || isAny(other);
  const six = one.type === 'udp6' ? one : other;
  return isAny(six) && !six.isIpv6Only;
}

function isAny({ address }: UdpPlace): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Whether a socket without `SO_REUSEPORT` could not be bound there. */
function isTaken({ type, address, port, isIpv6Only }: UdpPlace, { handle }: SocketState): boolean {
  if (handle === null || isIP(address) === 0) return false;
  const probe = new handle.constructor();
  const status =
    type === 'udp4' ? probe.bind(address, port, 0) : probe.bind6(address, port, isIpv6Only ? IPV6_ONLY : 0);
  probe.close();
  return status !== 0;
}
