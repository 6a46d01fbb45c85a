// Takes over `listen()` of every TCP server in this process, so that its sockets outlive it.
import net from 'node:net';
import { speaksHttp } from '../admission/index.ts';
import {
  type BoundAddress,
  type PassThroughReason,
  type SocketKey,
  type TcpHandle,
  type ToSupervisor,
} from './protocol.ts';
import {
  bind,
  DEFAULT_BACKLOG,
  type Listen2,
  type ListeningServer,
  ownReason,
  passThroughReason,
} from './bind.ts';
import { Gate } from './gate.ts';
import type { Readiness } from './readiness.ts';
import { SharedListening } from './shared-listening.ts';

type Tell = (message: ToSupervisor, handle?: TcpHandle) => void;

/** A `listen()` that waits for the supervisor's answer, because the port is taken: perhaps by ourselves. */
interface Claim {
  /** The channel to the supervisor alone doesn't keep the process alive, and a failed `listen()` has to be told. */
  readonly keepAlive: NodeJS.Timeout;
  adopt(handle: TcpHandle): void;
  giveUp(): void;
}

/** The sockets of this worker: which it has, which it listens on, which it still waits for. */
export class Listening {
  /** Copies that came before anybody listened on them. */
  readonly #waiting = new Map<SocketKey, TcpHandle[]>();
  readonly #open = new Map<SocketKey, SharedListening>();
  /** Closed by the user: copies that are still on their way are not wanted, and would keep the port open. */
  readonly #closed = new Set<SocketKey>();
  readonly #claims = new Map<SocketKey, Claim[]>();
  /** Those that listen, or still have connections. */
  readonly #servers = new Set<net.Server>();
  readonly #known = new WeakSet<net.Server>();
  readonly #reasons = new WeakMap<net.Server, PassThroughReason>();
  readonly #tell: Tell;
  readonly #onServer: (server: net.Server) => void;
  readonly #readiness: Pick<Readiness, 'listens' | 'isHeld'>;
  /** `listen(0)` asks for any port: the first such call of a replacement gets the port of its predecessor's first, and so on. */
  #anyPortCalls = 0;

  /** @param onServer Called before a server listens for the first time. */
  constructor(
    tell: Tell,
    readiness: Pick<Readiness, 'listens' | 'isHeld'>,
    onServer: (server: net.Server) => void,
  ) {
    this.#tell = tell;
    this.#readiness = readiness;
    this.#onServer = onServer;
  }

  get servers(): ReadonlySet<net.Server> {
    return this.#servers;
  }

  /** Connections that a turn of the event loop accepts from the socket that has most copies. */
  get acceptsPerTurn(): number {
    let most = 0;
    for (const { handles } of this.#open.values()) most = Math.max(most, handles);
    return most === 0 ? Infinity : most;
  }

  install(): void {
    const prototype = net.Server.prototype as ListeningServer;
    const { listen, _listen2: listen2 } = prototype;
    const reasons = this.#reasons;
    prototype.listen = function listenWithReason(this: ListeningServer, ...args: unknown[]): ListeningServer {
      const reason = passThroughReason(args[0]);
      if (reason === undefined) reasons.delete(this);
      else reasons.set(this, reason);
      return Reflect.apply(listen as (...args: unknown[]) => ListeningServer, this, args);
    };
    const onListen = this.#listen.bind(this, listen2);
    prototype._listen2 = function listenThroughRespite(...args): void {
      onListen(this, args);
    };
  }

  /** A copy of a held socket has arrived. */
  receive(key: SocketKey, handle: TcpHandle): void {
    const claim = this.#takeClaim(key);
    const open = this.#open.get(key);
    if (claim !== undefined) claim.adopt(handle);
    else if (open !== undefined) open.add(handle);
    else if (this.#closed.has(key)) handle.close();
    else this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), handle]);
  }

  notHeld(key: SocketKey): void {
    this.#takeClaim(key)?.giveUp();
  }

  /** The supervisor has given up a socket on which nobody listens; as long as a copy is open, connections would wait. */
  released(key: SocketKey): void {
    for (const handle of this.#take(key)) handle.close();
  }

  /** Accepts everywhere from now on. */
  open(): void {
    for (const open of this.#open.values()) open.open();
  }

  /** Stops accepting everywhere; copies that nobody listened on are given back. */
  pause(): void {
    for (const open of this.#open.values()) open.pause();
    for (const handle of [...this.#waiting.values()].flat()) handle.close();
    this.#waiting.clear();
  }

  #listen(listen2: Listen2, server: ListeningServer, args: Parameters<Listen2>): void {
    const [address, port, addressType, backlog, fd, flags] = args;
    this.#meet(server);
    const reason = this.#reasons.get(server) ?? ownReason(server, port, fd);
    if (reason !== undefined) {
      listen2.apply(server, args);
      if (server._handle !== null) {
        const where = port === -1 || port === null ? String(address ?? fd ?? '') : `port ${port}`;
        this.#tell({ kind: 'passed-through', reason, where });
      }
      return;
    }

    const key = this.#keyOf(address, port, addressType, flags);
    this.#readiness.listens();
    const listenOn = (handle: TcpHandle): boolean => {
      const gate = this.#readiness.isHeld ? new Gate(handle, backlog || DEFAULT_BACKLOG) : undefined;
      server._handle = handle;
      listen2.apply(server, args);
      if (server._handle === null) return false;
      this.#closed.delete(key);
      this.#open.set(
        key,
        new SharedListening(handle, backlog || DEFAULT_BACKLOG, () => this.#closedByUser(key), gate),
      );
      return true;
    };
    const listenOnCopies = (first: TcpHandle): void => {
      if (!listenOn(first)) return;
      for (const copy of this.#take(key)) this.#open.get(key)?.add(copy);
      this.#tell({ kind: 'listening', key, speaksHttp: speaksHttp(server) });
    };

    const [first, ...others] = this.#take(key);
    if (first !== undefined) {
      this.#waiting.set(key, others);
      listenOnCopies(first);
      return;
    }
    const bound = bind(address, port, addressType, flags, backlog);
    if (bound === 'taken') {
      const claims = this.#claims.get(key) ?? [];
      // Nothing of ours: listening natively then fails the way it does without Respite.
      claims.push({
        keepAlive: setInterval(() => {}, 1000),
        adopt: listenOnCopies,
        giveUp: () => listen2.apply(server, args),
      });
      this.#claims.set(key, claims);
      this.#tell({ kind: 'claim', key, where: `port ${port}${address === null ? '' : ` on ${address}`}` });
    } else if (bound === 'failed') {
      listen2.apply(server, args);
    } else if (listenOn(bound)) {
      const name: Partial<BoundAddress> = {};
      bound.getsockname(name);
      this.#tell({ kind: 'bound', key, bound: name as BoundAddress, speaksHttp: speaksHttp(server) }, bound);
    }
  }

  #meet(server: net.Server): void {
    this.#servers.add(server);
    if (this.#known.has(server)) return;
    this.#known.add(server);
    server.on('close', () => this.#servers.delete(server));
    this.#onServer(server);
  }

  #closedByUser(key: SocketKey): void {
    this.#open.delete(key);
    this.#closed.add(key);
    this.#tell({ kind: 'closed', key });
  }

  #takeClaim(key: SocketKey): Claim | undefined {
    const claim = this.#claims.get(key)?.shift();
    clearInterval(claim?.keepAlive);
    return claim;
  }

  #take(key: SocketKey): TcpHandle[] {
    const handles = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return handles;
  }

  #keyOf(address: string | null, port: number | null, addressType: number, flags = 0): SocketKey {
    const place = port === 0 || port === null ? `any-${(this.#anyPortCalls += 1)}` : String(port);
    return `${address ?? ''}|${place}|${addressType}|${flags}`;
  }
}
