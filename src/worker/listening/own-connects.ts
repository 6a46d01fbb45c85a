// Some programs find out whether their port is free by connecting to it: `serve` takes another port when it is answered. As long as this
// process does not listen there, plain Node.js refuses such a connection; here its predecessor would answer, or the worker beside it.
import net from 'node:net';
import { constants } from 'node:os';
import type { BoundAddress } from '../protocol.ts';

interface Target {
  readonly path?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | string | undefined;
}

/** Undocumented; what `connect` itself does with its arguments. */
const { _normalizeArgs: normalize } = net as unknown as {
  _normalizeArgs(args: readonly unknown[]): readonly [Target];
};

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1?|::ffff:127(?:\.\d+){3})$/i;

/** Refuses connections of this process to the sockets that it is to listen on, until it does. */
export class OwnConnects {
  readonly #held: () => Iterable<BoundAddress>;
  readonly #own: () => Iterable<BoundAddress>;
  readonly #prototype: Pick<net.Socket, 'connect'>;
  #state: 'before' | 'refusing' | 'over' = 'before';
  #restore = (): void => {};

  /**
   * @param held Sockets on which this process does not listen.
   * @param own Where it listens: nothing that reaches it is refused, whatever is held on the same port.
   * @param prototype Of Node.js's sockets.
   */
  constructor(
    held: () => Iterable<BoundAddress>,
    own: () => Iterable<BoundAddress>,
    prototype: Pick<net.Socket, 'connect'> = net.Socket.prototype,
  ) {
    this.#held = held;
    this.#own = own;
    this.#prototype = prototype;
  }

  refuse(): void {
    if (this.#state !== 'before') return;
    this.#state = 'refusing';
    const prototype = this.#prototype;
    const { connect } = prototype;
    const held = (): Iterable<BoundAddress> => (this.#state === 'refusing' ? this.#held() : []);
    const own = this.#own;
    function connectToOthers(this: net.Socket, ...args: unknown[]): net.Socket {
      // What net.connect() hands over is normalized already.
      const [target] = Array.isArray(args[0]) ? (args[0] as [Target]) : normalize(args);
      const refusal = refusalOf(target, held(), own());
      if (refusal === undefined) return Reflect.apply(connect, this, args) as net.Socket;
      process.nextTick(() => this.destroy(refusal));
      return this;
    }
    prototype.connect = connectToOthers;
    this.#restore = () => {
      // A tracing agent may have wrapped it meanwhile.
      if (prototype.connect === connectToOthers) prototype.connect = connect;
    };
  }

  /** It listens: from now on it may connect to itself, and to the workers beside it. */
  allow(): void {
    this.#state = 'over';
    this.#restore();
  }
}

/** Node.js's error of a connection that is refused, if the target is one of these sockets. */
export function refusalOf(
  { path, host = 'localhost', port }: Target,
  held: Iterable<BoundAddress>,
  own: Iterable<BoundAddress> = [],
): Error | undefined {
  const isHeld = [...held].some(({ address, port: heldPort, family }) => {
    if (path !== undefined) return family === 'unix' && address === path;
    return family !== 'unix' && heldPort === Number(port) && (LOCAL.test(host) || host === address);
  });
  const isOwn = [...own].some((place) => place.port === Number(port) && reaches(host, place));
  if (!isHeld || (path === undefined && isOwn)) return undefined;
  const where =
    path === undefined
      ? { address: host === 'localhost' ? '127.0.0.1' : host, port: Number(port) }
      : { address: path };
  const error = new Error(`connect ECONNREFUSED ${Object.values(where).join(':')}`);
  const { ECONNREFUSED } = constants.errno;
  return Object.assign(error, { errno: -ECONNREFUSED, code: 'ECONNREFUSED', syscall: 'connect', ...where });
}

/** Whether a connection to this host, on the right port, may reach a server that is bound there. */
function reaches(host: string, { address }: BoundAddress): boolean {
  if (host === address || host === 'localhost' || address === '::') return true;
  return address === '0.0.0.0' && net.isIP(host) === 4;
}
