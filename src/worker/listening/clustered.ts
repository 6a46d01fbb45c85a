// Sockets that the primary process of node:cluster takes for its workers.
import type { TcpHandle } from '../handles.ts';
import type { SocketKey } from '../protocol.ts';
import { boundPlace, placeText } from './bind.ts';
import type { ListeningConfig, OwnSocket } from './own-socket.ts';
import { addressOf, placeOf } from './place.ts';
import type { Reserve } from './reserve.ts';
import { type CreateServerHandle, createServerHandle, replaceCreateServerHandle } from './server-handle.ts';
import type { SocketKeys } from './socket-keys.ts';

/** Tells of one whose handle it has taken from a server that listens (`SCHED_RR`): it hands the connections on. */
export function tellIfClustered({ server, args }: OwnSocket, { tell }: ListeningConfig): void {
  if (server._handle === null) tell({ kind: 'clustered', where: placeText(args), isShared: true });
}

/**
 * The sockets of `SCHED_NONE`: the primary binds them, and its workers listen and accept. No server of this process listens on them. They outlive
 * this process as any other: a replacement gets what its predecessor had, while that one's workers still accept.
 */
export class ClusterSockets {
  readonly #config: ListeningConfig;
  readonly #reserve: Reserve;
  readonly #keys: SocketKeys;
  readonly #handles = new Map<SocketKey, TcpHandle>();

  constructor(config: ListeningConfig, reserve: Reserve, keys: SocketKeys) {
    this.#config = config;
    this.#reserve = reserve;
    this.#keys = keys;
  }

  /** From now on they are held by the supervisor. */
  install(): void {
    replaceCreateServerHandle((...args) => this.#create(args));
  }

  /** Whether such a socket has this name: one copy of it is enough. */
  has(key: SocketKey): boolean {
    return this.#handles.has(key);
  }

  #create(args: Parameters<CreateServerHandle>): TcpHandle | number {
    const [address, port, addressType, fd, flags = 0] = args;
    const { readiness, tell } = this.#config;
    const where = placeText([address, port]);
    if (fd !== undefined || addressType === -1 || port === null) {
      const handle = createServerHandle(...args);
      if (typeof handle === 'number') return handle;
      readiness.listens();
      tell({ kind: 'clustered', where, isShared: false });
      return handle;
    }
    const wanted = { address, port, addressType, flags };
    const key = this.#keys.of(wanted);
    const before = this.#handles.get(key);
    if (before !== undefined) return before;
    const [held, ...copies] = this.#reserve.take(key);
    for (const copy of copies) copy.close();
    const handle = held ?? createServerHandle(...args);
    if (typeof handle === 'number') return handle;
    this.#handles.set(key, handle);
    this.#staysOpen(key, handle, port === 0);
    readiness.listens();
    tell({ kind: 'clustered', where, isShared: true });
    if (held !== undefined) tell({ kind: 'listening', key, speaksHttp: false });
    else {
      const bound = addressOf(boundPlace(handle, placeOf(wanted)));
      tell({ kind: 'bound', key, bound, anyKey: undefined, speaksHttp: false }, handle);
    }
    return handle;
  }

  /**
   * Node.js closes a handle when the last worker of the cluster has ended, and makes it again for the next one. In between connections wait. A
   * port of the kernel's choice is another one each time, so that one is closed.
   */
  #staysOpen(key: SocketKey, handle: TcpHandle, isAnyPort: boolean): void {
    const close = handle.close.bind(handle);
    handle.close = (callback) => {
      if (!isAnyPort) {
        callback?.();
        return;
      }
      this.#handles.delete(key);
      if (this.#config.isSupervised()) this.#config.tell({ kind: 'closed', key });
      close(callback);
    };
  }
}
