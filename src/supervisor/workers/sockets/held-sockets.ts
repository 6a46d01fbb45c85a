import type { BoundAddress, SocketKey, TcpHandle } from '../../../worker/index.ts';
import { fileIdentity, removeSocketFile } from '../../../core/socket-file.ts';
import { textOf } from './closed-servers.ts';

interface HeldSocket {
  /** Never listened on in this process, so connections wait in the kernel until a worker takes them. */
  readonly handle: TcpHandle;
  readonly bound: BoundAddress;
  /** The `listen(0)` that its port came from. */
  readonly anyKey: SocketKey | undefined;
  /** As the worker said that listened on it last. */
  speaksHttp: boolean;
  /** Workers that listen on it. */
  readonly listeners: Set<number>;
}

/** The listening sockets, kept open here so that they outlive the workers. */
export class HeldSockets {
  readonly #sockets = new Map<SocketKey, HeldSocket>();

  get keys(): readonly SocketKey[] {
    return [...this.#sockets.keys()];
  }

  /** Those on which no worker listens. */
  get unused(): readonly SocketKey[] {
    return [...this.#sockets].flatMap(([key, { listeners }]) => (listeners.size === 0 ? [key] : []));
  }

  get addresses(): readonly BoundAddress[] {
    return [...this.#sockets.values()].map(({ bound }) => bound);
  }

  /**
   * Keeps a socket that a worker has bound, and listens on. The one before, if there is any, was another Unix socket at the same path, which no
   * client finds any more: workers that listen on it are to listen on this one.
   */
  hold(
    key: SocketKey,
    handle: TcpHandle,
    { bound, anyKey, speaksHttp = false }: Partial<HeldSocket> & Pick<HeldSocket, 'bound'>,
    workerId: number,
  ): void {
    const before = this.#sockets.get(key);
    before?.handle.close();
    const listeners = new Set([...(before?.listeners ?? []), workerId]);
    this.#sockets.set(key, { handle, bound, anyKey, speaksHttp, listeners });
  }

  /** The handles of those on which HTTP is spoken. */
  get httpHandles(): readonly TcpHandle[] {
    return [...this.#sockets.values()].flatMap(({ handle, speaksHttp }) => (speaksHttp ? [handle] : []));
  }

  /** As long as it is held. */
  get(key: SocketKey): Pick<HeldSocket, 'handle' | 'bound' | 'anyKey'> | undefined {
    return this.#sockets.get(key);
  }

  /** Whether clients find it: the file of a Unix socket may have been removed, or replaced. */
  canBeFound(key: SocketKey): boolean {
    const bound = this.#sockets.get(key)?.bound;
    return bound !== undefined && (bound.file === undefined || fileIdentity(bound.address) === bound.file);
  }

  /** Whether the worker listens at this address, as `127.0.0.1:3000`, whatever it has asked for. */
  listensAt(where: string, workerId: number): boolean {
    return [...this.#sockets.values()].some(
      ({ bound, listeners }) => textOf(bound) === where && listeners.has(workerId),
    );
  }

  isListening(key: SocketKey, workerId: number): boolean {
    return this.#sockets.get(key)?.listeners.has(workerId) ?? false;
  }

  /** The rest of a sentence that begins with "it": where a worker does not listen, although its predecessors do, and where it does. */
  describeMove(missing: Iterable<SocketKey>, workerId: number): string {
    const textsOf = (keys: Iterable<SocketKey>): string =>
      [...keys]
        .flatMap((key) => this.#sockets.get(key)?.bound ?? [])
        .map(textOf)
        .join(', ');
    const others = textsOf(this.keys.filter((key) => this.isListening(key, workerId)));
    const elsewhere = others === '' ? '' : `, but on ${others}`;
    return `does not listen on ${textsOf(missing)}, where its predecessor listens${elsewhere}. Clients of the old address would be refused: to change it, stop the instance and start it again`;
  }

  listensOn(key: SocketKey, workerId: number, speaksHttp = false): void {
    const socket = this.#sockets.get(key);
    if (socket === undefined) return;
    socket.listeners.add(workerId);
    socket.speaksHttp = speaksHttp;
  }

  /** @returns True if no worker listens on it any more. */
  closedBy(key: SocketKey, workerId: number): boolean {
    const listeners = this.#sockets.get(key)?.listeners;
    listeners?.delete(workerId);
    return listeners?.size === 0;
  }

  /** A worker has ended; what it listened on waits for the next. */
  forget(workerId: number): void {
    for (const { listeners } of this.#sockets.values()) listeners.delete(workerId);
  }

  /** Gives up a socket that no worker listens on: from now on connections are refused. @returns Whether it was one. */
  release(key: SocketKey): boolean {
    const socket = this.#sockets.get(key);
    if (socket === undefined || socket.listeners.size > 0) return false;
    removeSocketFile(socket.bound.address, socket.bound.file);
    socket.handle.close();
    return this.#sockets.delete(key);
  }

  /**
   * Gives up all; workers that still listen have their own copies. Whatever waits in the kernel to be accepted when they close those
   * is reset, perhaps with a request on it. So there must not wait much: with a backlog of 0, which is the socket's and so
   * theirs too, the kernel lets in no connection while one waits. The client's asks again after a second, and is refused.
   * A Unix socket is found no more once its file is removed.
   */
  releaseAll(): void {
    for (const { handle, bound } of this.#sockets.values()) {
      if (bound.file === undefined) handle.listen(0);
      else removeSocketFile(bound.address, bound.file);
      handle.close();
    }
    this.#sockets.clear();
  }
}
