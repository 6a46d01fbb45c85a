import net from 'node:net';
import type { PassThroughReason } from '../protocol.ts';
import type { Listen2, ListeningServer } from './bind.ts';
import { canOutliveItsHandle } from './unix-socket.ts';

/** A server is to listen, and Node.js has understood what it was asked for. */
export type OnListen = (
  server: ListeningServer,
  args: Parameters<Listen2>,
  /** Why the socket stays this process's own. */
  reason: PassThroughReason | undefined,
  /** Of a Unix socket: who else may connect, as libuv has it. */
  mode: number,
) => void;

/** @returns What Node.js does then. */
export function takeOverListen(sharesExclusive: boolean, onListen: OnListen): Listen2 {
  const prototype = net.Server.prototype as ListeningServer;
  const { listen, _listen2: listen2 } = prototype;
  const reasons = new WeakMap<net.Server, PassThroughReason>();
  const modes = new WeakMap<net.Server, number>();
  prototype.listen = function listenWithReason(this: ListeningServer, ...args: unknown[]): ListeningServer {
    const reason = passThroughReason(args[0], sharesExclusive);
    if (reason === undefined) reasons.delete(this);
    else reasons.set(this, reason);
    modes.set(this, modeOf(args[0]));
    return Reflect.apply(listen as (...args: unknown[]) => ListeningServer, this, args);
  };
  prototype._listen2 = function listenThroughRespite(...args): void {
    onListen(this, args, reasons.get(this) ?? ownReason(this, args), modes.get(this) ?? 0);
  };
  return listen2;
}

/**
 * `exclusive` and `reusePort` are asked for by name; only `listen` itself still knows them.
 *
 * @param sharesExclusive `exclusive` keeps node:cluster from sharing a socket and means nothing to a single process, so frameworks set it.
 */
function passThroughReason(options: unknown, sharesExclusive: boolean): PassThroughReason | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const { exclusive, reusePort } = options as net.ListenOptions;
  if (exclusive === true && !sharesExclusive) return 'exclusive';
  return reusePort === true ? 'reusePort' : undefined;
}

/** libuv's UV_READABLE and UV_WRITABLE. */
function modeOf(options: unknown): number {
  if (typeof options !== 'object' || options === null) return 0;
  const { readableAll, writableAll } = options as net.ListenOptions;
  return (readableAll === true ? 1 : 0) | (writableAll === true ? 2 : 0);
}

function ownReason(
  server: ListeningServer,
  [address, port, , , fd]: Parameters<Listen2>,
): PassThroughReason | undefined {
  if (server._handle !== null) return 'handle';
  if (typeof fd === 'number' && fd >= 0) return 'file descriptor';
  return port === -1 && !canOutliveItsHandle(address ?? '') ? 'unix socket' : undefined;
}
