// What `listen()` of a server does in this process, so that its socket outlives it.
import type net from 'node:net';
import { speaksHttp } from '../../admission/index.ts';
import type { TcpHandle } from '../handles.ts';
import type { BoundAddress, SocketKey } from '../protocol.ts';
import { removeSocketFile } from '../../core/socket-file.ts';
import { bind, boundPlace, DEFAULT_BACKLOG, type Listen2, listenOn, placeText, wantedBy } from './bind.ts';
import { Claims } from './claims.ts';
import { Closing } from './closing.ts';
import { ClusterSockets, tellIfClustered } from './clustered.ts';
import { Gate } from './gate.ts';
import type { Call, ListeningConfig, OwnSocket } from './own-socket.ts';
import { KeptFiles } from './kept-files.ts';
import { delayListening, listensNever, listensNow } from './listening-event.ts';
import { MetServers } from './met-servers.ts';
import { addressOf, fileOf, overlap, type Place, placeOf } from './place.ts';
import { passThrough } from './pass-through.ts';
import { Reserve } from './reserve.ts';
import { acceptsPerTurnOf, SharedListening } from './shared-listening.ts';
import { SocketKeys } from './socket-keys.ts';
import { addressInUse, KeepAlive, standIn } from './stand-in.ts';
import { type OnListen, takeOverListen } from './take-over.ts';
import { openToOthers } from './unix-socket.ts';

/** The sockets of this worker: which it listens on, which it could, and which it has closed. */
export class Listening {
  readonly #config: ListeningConfig;
  readonly #reserve = new Reserve(() => [...this.#own].map(({ place }) => place));
  readonly #claims = new Claims();
  readonly #closing = new Closing();
  readonly #own = new Set<OwnSocket>();
  /** Those of them that the supervisor knows. */
  readonly #known = new Map<SocketKey, OwnSocket>();
  readonly #servers: MetServers;
  readonly #keys = new SocketKeys();
  readonly #files = new KeptFiles();
  readonly #clusters: ClusterSockets;
  #listen2: Listen2 = () => {};
  #isPaused = false;

  constructor(config: ListeningConfig) {
    this.#config = config;
    this.#servers = new MetServers(config.onServer);
    this.#clusters = new ClusterSockets(config, this.#reserve, this.#keys);
  }

  /** Those that listen, or still have connections. */
  get servers(): ReadonlySet<net.Server> {
    return this.#servers.open;
  }

  /** Connections that a turn of the event loop accepts from the socket that has most copies. */
  get acceptsPerTurn(): number {
    return acceptsPerTurnOf(this.#known.values());
  }

  install(): void {
    this.#listen2 = takeOverListen(this.#config.sharesExclusive, (...call) => this.#listen(...call));
    this.#clusters.install();
  }

  /** A copy of a held socket has arrived. */
  receive(key: SocketKey, handle: TcpHandle, bound: BoundAddress, anyKey?: SocketKey): void {
    const known = this.#known.get(key);
    this.#files.keep(key, bound);
    if (this.#isPaused || this.#clusters.has(key)) handle.close();
    else if (known !== undefined) known.shared.add(handle);
    else this.#reserve.add(key, handle, bound, anyKey);
    this.#claims.take(key)?.granted();
  }

  notHeld(key: SocketKey, isAbandoned: boolean): void {
    this.#claims.take(key)?.refused(isAbandoned);
  }

  /** The supervisor does not hold a socket any more, or holds it for other workers only. */
  released(key: SocketKey, isHeld: boolean): void {
    if (!isHeld) {
      this.#files.free(key);
      this.#reserve.discard(key);
    }
    this.#closing.released(key);
  }

  /** Accepts everywhere from now on. */
  open(): void {
    for (const { shared } of this.#known.values()) shared.open();
  }

  /** An HTTP server serves what another one accepts: while no worker does, the supervisor answers there. */
  onRelay(server: net.Server, listening: unknown): void {
    this.#servers.meet(server);
    const known = [...this.#known.values()].find((own) => own.server === listening);
    if (known !== undefined) this.#config.tell({ kind: 'listening', key: known.key, speaksHttp: true });
  }

  /** Serves a connection that another worker has accepted. */
  serve(key: SocketKey, connection: TcpHandle): void {
    const own = this.#known.get(key);
    if (own === undefined) connection.close();
    else own.shared.serve(connection);
  }

  /** Stops accepting everywhere; copies that no server listened on are given back. */
  pause(): void {
    this.#isPaused = true;
    this.#config.stickiness?.stop();
    for (const { shared } of this.#own) shared.pause();
    this.#reserve.discardAll();
  }

  #listen(...[server, args, reason, mode]: Parameters<OnListen>): void {
    this.#servers.meet(server);
    this.#closing.listensAnew(server);
    if (reason !== undefined) return passThrough(this.#listen2, server, args, reason, this.#config.tell);
    const wanted = wantedBy(args);
    const call = { server, args, wanted, key: this.#keys.of(wanted), mode };
    // A port that a client's request opens (passive FTP, a callback) is this process's. In a replacement, one from the start has copies.
    const isOnDemand = wanted.port === 0 && this.#servers.hasAccepted;
    if (isOnDemand && this.#reserve.boundFor(call.key) === undefined) this.#listen2.apply(server, args);
    else this.#begin(call);
  }

  #begin(call: Call, isAbandoned: boolean = false): void {
    const { wanted, key, args } = call;
    const place = placeOf(wanted);
    if (wanted.port !== 0 && [...this.#own].some((own) => overlap(place, own.place))) {
      listenOn(this.#listen2, call, addressInUse(), place);
      return;
    }
    const isClosing = this.#closing.overlaps(place);
    const reserved = isClosing ? undefined : this.#reserve.boundFor(key);
    if (reserved !== undefined) {
      this.#listenOn(call, { ...place, ...reserved });
      return;
    }
    const handle = bind(wanted, args[3], isAbandoned);
    if (typeof handle !== 'string') this.#listenOn(call, boundPlace(handle, place), handle);
    else if (handle === 'taken' && (isClosing || this.#reserve.overlapping(place).length > 0)) {
      // In a reserved place it may be a probe for a free port, which waits for its event.
      if (isClosing) delayListening(call.server);
      this.#listenOn(call, place);
    } else if (handle === 'taken' && !isAbandoned && (place.family === 'unix' || !this.#config.isAlone)) {
      this.#claim(call, [], {
        granted: () => this.#begin(call),
        // The file of a Unix socket is in the way after its program has ended; a port is not.
        refused: (nowAbandoned) => (nowAbandoned ? this.#begin(call, true) : this.#fail(call, handle)),
      });
    } else this.#fail(call, handle);
  }

  /** @param handle Undefined: this process does not have the socket yet, because the supervisor holds it, or one in its way. */
  #listenOn(call: Call, place: Place, handle?: TcpHandle): void {
    const first = handle ?? standIn(place);
    const isBound = handle !== undefined;
    const backlog = call.args[3] || DEFAULT_BACKLOG;
    const gated = isBound && this.#config.readiness.isHeld;
    const held = gated ? new Gate(first, backlog) : isBound ? undefined : new KeepAlive();
    if (!listenOn(this.#listen2, call, first, place)) {
      held?.close();
      return;
    }
    if (place.family === 'unix') openToOthers(first, place.address, call.mode);
    const divert = place.family === 'unix' ? undefined : this.#config.stickiness?.of(call.key);
    const shared = new SharedListening(first, backlog, () => this.#closed(own), held, divert);
    const own: OwnSocket = { ...call, place, first, isBound, shared, isKnown: false };
    this.#own.add(own);
    // The listeners of `listening` run before that.
    setImmediate(() => this.#settle(own));
  }

  /** The server has stayed open. */
  #settle(own: OwnSocket): void {
    if (!this.#own.has(own) || own.isKnown || this.#isPaused) return;
    tellIfClustered(own, this.#config);
    if (own.isBound) return this.#bound(own, own.first);
    if (this.#closing.waits(own.place, () => this.#settle(own))) return;
    const copies = this.#reserve.take(own.key);
    const overlapping = this.#reserve.overlapping(own.place);
    if (copies.length > 0) {
      for (const copy of copies) own.shared.add(copy);
      this.#isKnown(own, { kind: 'listening', key: own.key, speaksHttp: speaksHttp(own.server) });
    } else if (overlapping.length === 0) this.#bindLate(own);
    else {
      const claim = { granted: () => this.#settle(own), refused: () => this.#bindLate(own) };
      this.#claim(own, overlapping, claim);
    }
  }

  /** What was in the way is gone, or is another program's. */
  #bindLate(own: OwnSocket): void {
    const { server, args, place, wanted } = own;
    if (!this.#own.has(own) || this.#isPaused) return;
    const handle = bind({ ...wanted, port: place.port }, args[3]);
    if (typeof handle !== 'string') {
      own.shared.add(handle);
      own.place = boundPlace(handle, place);
      this.#bound(own, handle);
      return;
    }
    this.#own.delete(own);
    own.shared.pause();
    server._handle = null;
    listensNever(server);
    this.#fail(own, handle);
  }

  /** Nothing of ours: listening as without Respite fails as without Respite. */
  #fail({ server, args }: Call, why: 'taken' | 'failed'): void {
    if (why === 'taken') this.#config.tell({ kind: 'address-in-use', where: placeText(args) });
    this.#listen2.apply(server, args);
  }

  #bound(own: OwnSocket, handle: TcpHandle): void {
    const { key, place, server, wanted } = own;
    const anyKey = wanted.port === 0 ? undefined : this.#keys.probed(place.port);
    const bound = addressOf(place);
    this.#files.keep(key, bound);
    this.#isKnown(own, { kind: 'bound', key, bound, anyKey, speaksHttp: speaksHttp(server) }, handle);
  }

  #isKnown(own: OwnSocket, ...told: Parameters<ListeningConfig['tell']>): void {
    this.#known.set(own.key, own);
    own.isKnown = true;
    this.#config.readiness.listens();
    this.#config.tell(...told);
    if (!this.#config.readiness.isHeld) own.shared.open();
    listensNow(own.server);
  }

  #claim(call: Call, overlapping: readonly SocketKey[], claim: Parameters<Claims['add']>[1]): void {
    this.#claims.add(call.key, claim);
    this.#config.tell({ kind: 'claim', key: call.key, path: fileOf(placeOf(call.wanted)), overlapping });
  }

  #closed(own: OwnSocket): void {
    const { key, place, server, wanted, isKnown } = own;
    this.#own.delete(own);
    if (!isKnown) {
      if (wanted.port === 0) this.#keys.gaveBack(place.port, key);
      listensNever(server);
      if (own.isBound) removeSocketFile(place.address, place.file);
      return;
    }
    this.#known.delete(key);
    if (!this.#config.isSupervised()) return;
    this.#config.tell({ kind: 'closed', key });
    this.#closing.add(key, place, server);
  }
}
