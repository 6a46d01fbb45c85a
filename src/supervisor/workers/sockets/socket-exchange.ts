import type { BoundAddress, SocketKey, TcpHandle, ToSupervisor } from '../../../worker/index.ts';
import type { ServerReading } from './closed-servers.ts';
import { ClosedServers, textOf } from './closed-servers.ts';
import { HeldSockets } from './held-sockets.ts';
import { InspectorPorts } from './inspector-ports.ts';
import { OwnServers } from './own-servers.ts';
import { IdentitySockets } from './identity-sockets.ts';
import { isAbandonedSocket } from '../../../core/socket-file.ts';
import type { Log } from '../../log.ts';
import type { WorkerProcess } from '../process/worker-process.ts';
import { StickyConnections } from './sticky-connections.ts';

type Claim = Extract<ToSupervisor, { readonly kind: 'claim' }>;

/** Takes the sockets that workers bind, and gives copies of them to all workers. */
export class SocketExchange {
  readonly #copies: number;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #held = new HeldSockets();
  readonly #byIdentity = new IdentitySockets();
  readonly #closedServers = new ClosedServers();
  readonly #ownServers: OwnServers;
  readonly #workers = new Set<WorkerProcess>();
  readonly #inspectors = new InspectorPorts();
  readonly #sticky: StickyConnections<WorkerProcess> | undefined;
  #takenPort: string | undefined;

  /**
   * @param copies How many copies of each socket a worker gets.
   * @param isSticky Connections of a client go to one slot.
   */
  constructor(copies: number, isSticky: boolean, log: Log, nowMs: () => number) {
    this.#copies = copies;
    this.#log = log;
    this.#ownServers = new OwnServers(log);
    this.#nowMs = nowMs;
    if (!isSticky) return;
    this.#sticky = new StickyConnections({
      log,
      workers: this.#workers,
      keys: () => this.keys,
      isListening: (key, worker) => this.#held.isListening(key, worker),
    });
  }

  get keys(): readonly SocketKey[] {
    return this.#held.keys;
  }

  /** Those that the next worker of an identity is to listen on before it takes the place of the one before. */
  expectedOf(identity: number): readonly SocketKey[] {
    return this.#byIdentity.expected(identity, this.keys);
  }

  get addresses(): readonly BoundAddress[] {
    return this.#held.addresses;
  }

  /** The same for people: `127.0.0.1:3000`, `[::]:3000`. */
  get addressTexts(): readonly string[] {
    return this.addresses.map(textOf);
  }

  /** Where a worker does not listen although its predecessors do, and where it does: the end of a sentence. */
  describeMove({ id, start }: WorkerProcess): string {
    return this.#held.describeMove(start.missing, id);
  }

  /** Those on which HTTP is spoken. */
  get httpHandles(): readonly TcpHandle[] {
    return this.#held.httpHandles;
  }

  /** The last port that a worker could not have, because another process has it. */
  get takenPort(): string | undefined {
    return this.#takenPort;
  }

  /** The servers that a worker has closed and not opened again. */
  closedBy(worker: WorkerProcess): readonly ServerReading[] {
    const listensElsewhere =
      this.#ownServers.has(worker) || this.keys.some((key) => this.#held.isListening(key, worker.id));
    return this.#closedServers.of(worker.id).map(({ bound, atMs }) => ({
      where: textOf(bound),
      closedForMs: this.#nowMs() - atMs,
      // A standby listens and accepts nothing.
      othersListen: [...this.#workers].some(
        ({ id, state, isStandby }) =>
          state !== 'draining' && !isStandby && this.#held.listensAt(textOf(bound), id),
      ),
      listensElsewhere,
    }));
  }

  /** Supplies a new worker with all sockets that are held, and lets it begin. */
  join(worker: WorkerProcess): void {
    this.#workers.add(worker);
    this.#inspectors.join(worker);
    worker.on('message', (message, handle) => this.#receive(worker, message, handle));
    worker.on('ready', () => {
      this.#releaseUnused();
      this.#sticky?.look();
    });
    for (const key of this.keys) this.#sendCopies(worker, key, this.#copies);
    if (this.keys.length > 0) worker.tell({ kind: 'go' });
    this.#sticky?.look();
  }

  /** A worker has ended. What it listened on waits for the next, unless that one is there already. */
  leave(worker: WorkerProcess): void {
    this.#workers.delete(worker);
    this.#inspectors.leave(worker);
    this.#held.forget(worker.id);
    this.#closedServers.forget(worker.id);
    this.#sticky?.leave(worker);
    const isServed = [...this.#workers].some(({ readySinceMs, state }) => {
      return readySinceMs !== undefined && state !== 'draining';
    });
    // While no worker serves, the next one will listen where this one did.
    if (worker.state === 'draining' && isServed) this.#releaseUnused();
  }

  /** From now on connections are refused, as soon as the workers have stopped accepting. */
  releaseAll(): void {
    this.#held.releaseAll();
    this.#sticky?.close();
  }

  #receive(worker: WorkerProcess, message: ToSupervisor, handle: TcpHandle | undefined): void {
    switch (message.kind) {
      case 'bound':
        if (handle === undefined) break;
        this.#closedServers.opened(worker.id, message.bound);
        this.#held.hold(message.key, handle, message, worker.id);
        this.#byIdentity.listens(worker, message.key);
        this.#sendCopies(worker, message.key, this.#copies - 1);
        for (const other of this.#workers) {
          if (other !== worker && this.#held.isListening(message.key, other.id))
            this.#sendCopies(other, message.key, this.#copies);
        }
        worker.listens(message.key);
        break;
      case 'address-in-use':
        this.#takenPort = message.where;
        break;
      case 'claim':
        this.#claim(worker, message);
        break;
      case 'listening':
        this.#listening(worker, message.key, message.speaksHttp);
        worker.listens(message.key);
        break;
      case 'runs':
        worker.listens(undefined);
        break;
      case 'closed':
        this.#closed(worker, message.key);
        break;
      case 'connection':
        if (this.#sticky === undefined) handle?.close();
        else if (handle !== undefined) this.#sticky.accepted(worker, message, handle);
        break;
      case 'connection-taken':
        this.#sticky?.taken(worker);
        break;
      case 'clustered':
        this.#ownServers.clustered(worker, message);
        break;
      case 'passed-through':
        this.#ownServers.passedThrough(worker, message);
        break;
      default:
    }
  }

  /** What only lies in the way, since its workers have ended, is given up: the script listens elsewhere now. */
  #claim(worker: WorkerProcess, { key, path, overlapping }: Claim): void {
    if (this.#held.canBeFound(key) && !this.#held.isListening(key, worker.id)) {
      this.#sendCopies(worker, key, this.#copies);
      return;
    }
    for (const each of overlapping) this.#release(each);
    if (path === undefined) worker.tell({ kind: 'not-held', key, isAbandoned: false });
    else void this.#examine(worker, key, path);
  }

  /** The file of a Unix socket is in the way of a worker: of a program that listens there, or of one that was killed. */
  async #examine(worker: WorkerProcess, key: SocketKey, path: string): Promise<void> {
    const isAbandoned = await isAbandonedSocket(path).catch(() => false);
    if (this.#held.canBeFound(key)) {
      // Meanwhile another worker has it.
      this.#sendCopies(worker, key, this.#copies);
      return;
    }
    if (isAbandoned) {
      this.#log.info(
        { worker: worker.id, path },
        `worker ${worker.id} replaces ${path}: no program listens on it any more`,
      );
    }
    worker.tell({ kind: 'not-held', key, isAbandoned });
  }

  #listening(worker: WorkerProcess, key: SocketKey, speaksHttp: boolean): void {
    const bound = this.#held.get(key)?.bound;
    if (bound !== undefined) this.#closedServers.opened(worker.id, bound);
    this.#held.listensOn(key, worker.id, speaksHttp);
    this.#byIdentity.listens(worker, key);
  }

  /** The user has closed a server: unless the worker is to end anyway, the port is closed when no other worker listens on it. */
  #closed(worker: WorkerProcess, key: SocketKey): void {
    if (worker.state !== 'draining') {
      const bound = this.#held.get(key)?.bound;
      if (bound !== undefined) this.#closedServers.closed(worker.id, bound, this.#nowMs());
      this.#held.closedBy(key, worker.id);
      this.#byIdentity.closed(worker, key);
      if (this.#release(key)) return;
      // It may listen there again, as soon as it hears that its server is closed.
      this.#sendCopies(worker, key, this.#copies);
    }
    worker.tell({ kind: 'released', key, isHeld: true });
  }

  /** A worker that is ready listens on all that it wants; what is left was a predecessor's alone. */
  #releaseUnused(): void {
    for (const key of this.#held.unused) this.#release(key);
  }

  /** Gives up a socket, unless a worker listens on it. */
  #release(key: SocketKey): boolean {
    if (!this.#held.release(key)) return false;
    this.#byIdentity.released(key);
    for (const worker of this.#workers) {
      worker.start.released(key);
      worker.tell({ kind: 'released', key, isHeld: false });
    }
    return true;
  }

  #sendCopies(worker: WorkerProcess, key: SocketKey, count: number): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    const { handle, bound, anyKey } = held;
    for (let i = 0; i < count; i += 1) worker.tell({ kind: 'socket', key, bound, anyKey }, handle);
  }
}
