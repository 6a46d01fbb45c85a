import { fileIdentity } from '../../core/socket-file.ts';
import type { TcpHandle } from '../handles.ts';
import type { BoundAddress, SocketKey } from '../protocol.ts';
import { OwnConnects } from './own-connects.ts';
import { overlap, type Place } from './place.ts';

/** A socket that the supervisor holds, as this worker got it. */
interface Reserved {
  readonly bound: BoundAddress;
  /** The `listen(0)` that its port came from: a predecessor asked for any port, closed that server, and listened on the port it had got. */
  readonly anyKey: SocketKey | undefined;
  readonly handles: TcpHandle[];
}

/** Copies of held sockets on which this worker does not listen. Connections wait in the kernel, or other workers take them. */
export class Reserve {
  readonly #sockets = new Map<SocketKey, Reserved>();
  readonly #connects: OwnConnects;

  /** @param own Where this worker listens. */
  constructor(own: () => Iterable<BoundAddress>) {
    this.#connects = new OwnConnects(() => this.#bound(), own);
  }

  add(key: SocketKey, handle: TcpHandle, bound: BoundAddress, anyKey: SocketKey | undefined): void {
    const reserved = this.#sockets.get(key) ?? { bound, anyKey, handles: [] };
    reserved.handles.push(handle);
    this.#sockets.set(key, reserved);
    this.#connects.refuse();
  }

  /** Where the socket for such a `listen()` is bound. One whose file is gone is given back: no client would find it. */
  boundFor(key: SocketKey): BoundAddress | undefined {
    const named = this.#sockets.get(key);
    const { bound } = named ?? [...this.#sockets.values()].find(({ anyKey }) => anyKey === key) ?? {};
    if (bound?.file === undefined || fileIdentity(bound.address) === bound.file) return bound;
    this.discard(key);
    return undefined;
  }

  /** Those that are in the way of a `listen()` on this place. */
  overlapping(place: Place): readonly SocketKey[] {
    const inTheWay = [...this.#sockets].filter(([key, { bound }]) =>
      overlap(place, { ...bound, ipv6Only: isIpv6Only(key) }),
    );
    return inTheWay.map(([key]) => key);
  }

  /** For a server that listens there. Empty when there are none. */
  take(key: SocketKey): readonly TcpHandle[] {
    const handles = this.#remove(key);
    if (handles.length > 0) this.#connects.allow();
    return handles;
  }

  /** Gives back a socket: as long as a copy is open, connections would wait. */
  discard(key: SocketKey): void {
    for (const handle of this.#remove(key)) handle.close();
  }

  discardAll(): void {
    for (const key of this.#sockets.keys()) this.discard(key);
    this.#connects.allow();
  }

  #remove(key: SocketKey): readonly TcpHandle[] {
    const handles = this.#sockets.get(key)?.handles ?? [];
    this.#sockets.delete(key);
    return handles;
  }

  *#bound(): Iterable<BoundAddress> {
    for (const { bound } of this.#sockets.values()) yield bound;
  }
}

/** See socket-keys.ts: the flags come last, and 1 is libuv's UV_TCP_IPV6ONLY. */
function isIpv6Only(key: SocketKey): boolean {
  return (Number(key.slice(key.lastIndexOf('|') + 1)) & 1) !== 0;
}
