// A handle that stands for a socket which this process has not got yet.
import { constants } from 'node:os';
import type { TcpHandle } from '../handles.ts';
import type { BoundAddress } from '../protocol.ts';
import { createServerHandle } from './server-handle.ts';
import type { Held } from './shared-listening.ts';

type TcpConstructor = new (type: number) => TcpHandle;

/** `TCPConstants.SERVER` of Node.js's own binding. */
const SERVER = 1;

let Tcp: TcpConstructor | undefined;

/** Node.js's own class of TCP handles, which is only to be had from one of them. */
function tcp(): TcpConstructor {
  if (Tcp !== undefined) return Tcp;
  const handle = createServerHandle('127.0.0.1', 0, 4) as TcpHandle;
  Tcp = handle.constructor as TcpConstructor;
  handle.close();
  return Tcp;
}

/** To the server it is bound and listens; it has no socket and accepts nothing. Real handles are added to its server later. */
export function standIn({ address, family, port }: BoundAddress): TcpHandle {
  const handle = new (tcp())(SERVER);
  handle.listen = () => 0;
  // Handles of Unix sockets have no such method, and Node.js takes the path that was asked for.
  if (family === 'unix') handle.getsockname = undefined;
  else {
    handle.getsockname = (out) => {
      // What `server.address()` returns: no more than Node.js has, and in its order.
      Object.assign(out, { address, family, port });
      return 0;
    };
  }
  return handle;
}

/** With it Node.js's `listen()` fails as on an address in use: at the same time, with the same error. */
export function addressInUse(): TcpHandle {
  const handle = new (tcp())(SERVER);
  handle.listen = () => -constants.errno.EADDRINUSE;
  return handle;
}

/** A handle that does not accept keeps no process alive; a server that listens does. */
export class KeepAlive implements Held {
  readonly #timer = setInterval(() => {}, 2 ** 30);

  ref(): void {
    this.#timer.ref();
  }

  unref(): void {
    this.#timer.unref();
  }

  /** The handle stays one that does not accept itself. */
  open(): void {}

  close(): void {
    clearInterval(this.#timer);
  }
}
