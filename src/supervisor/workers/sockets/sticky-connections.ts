import {
  type SlotOwner,
  slotOf,
  type SocketKey,
  type TcpHandle,
  type ToWorker,
} from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { WorkerState } from '../status.ts';
import { CommonClient } from './common-client.ts';

/** How often it looks for workers that have become unresponsive, or responsive again, in ms. */
const LOOK_MS = 250;

/** Maximum number of connections that wait for one worker: as many as wait in the kernel by default. */
const MAX_WAITING = 511;

/** What is to be known of a worker. */
export interface StickyWorker {
  readonly id: number;
  readonly slot: number;
  readonly state: WorkerState;
  tell(message: ToWorker, handle?: TcpHandle): void;
}

interface StickyConfig<Worker> {
  readonly log: Log;
  /** All that run. */
  readonly workers: ReadonlySet<Worker>;
  readonly keys: () => readonly SocketKey[];
  readonly isListening: (key: SocketKey, workerId: number) => boolean;
}

/** A connection that its worker has not got yet. This process has a copy of it until then. */
interface Waiting<Worker> {
  readonly key: SocketKey;
  readonly client: string;
  readonly handle: TcpHandle;
  /** Has accepted it, and serves it if no other worker can. */
  readonly from: Worker;
}

/**
 * Sticky sessions: gives a connection that a worker has handed over to the slot of its client, or to another one while none of that slot's workers
 * takes connections. While two workers share a slot, the newer one gets them.
 */
export class StickyConnections<Worker extends StickyWorker> {
  readonly #config: StickyConfig<Worker>;
  readonly #common: CommonClient;
  /** By worker: the first has been sent and not been confirmed, the others wait here, where they don't delay other messages to it. */
  readonly #queues = new Map<Worker, Waiting<Worker>[]>();
  /** What each worker knows of each socket. */
  readonly #known = new WeakMap<Worker, Map<SocketKey, string>>();
  readonly #timer: NodeJS.Timeout;

  constructor(config: StickyConfig<Worker>) {
    this.#config = config;
    this.#common = new CommonClient(config.log);
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Tells the workers who takes connections, and gives those that wait for a worker that no longer does to another. */
  look(): void {
    for (const key of this.#config.keys()) this.#tellOwners(key);
    for (const [worker, queue] of this.#queues) {
      if (worker.state !== 'ready' && queue.length > 1) this.#giveAnew(queue.splice(1), worker);
    }
  }

  /** A worker has accepted a connection of another slot's client. */
  accepted(from: Worker, { key, client }: Pick<Waiting<Worker>, 'key' | 'client'>, handle: TcpHandle): void {
    this.#common.saw(client, () => this.#owner(key, client)?.slot);
    this.#give({ key, client, handle, from });
  }

  /** A worker has got what it was sent. */
  taken(worker: Worker): void {
    const queue = this.#queues.get(worker);
    queue?.shift()?.handle.close();
    if (queue?.[0] !== undefined) send(worker, queue[0]);
  }

  /** A worker has ended: it has not read anything from what it has not confirmed. */
  leave(worker: Worker): void {
    const queue = this.#queues.get(worker) ?? [];
    this.#queues.delete(worker);
    this.#giveAnew(queue, worker);
    this.look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #giveAnew(waiting: readonly Waiting<Worker>[], not: Worker): void {
    for (const each of waiting) this.#give(each, not);
  }

  #give(waiting: Waiting<Worker>, not?: Worker): void {
    const { key, client, handle, from } = waiting;
    const isThere = this.#config.workers.has(from) && from !== not;
    const candidates = [this.#owner(key, client, not), isThere ? from : undefined];
    const worker = candidates.find((each) => each !== undefined && this.#queue(each).length < MAX_WAITING);
    if (worker === undefined) {
      // As the kernel does it with what a worker that ends has not accepted.
      handle.close();
      return;
    }
    const queue = this.#queue(worker);
    queue.push(waiting);
    if (queue.length === 1) send(worker, waiting);
  }

  #queue(worker: Worker): Waiting<Worker>[] {
    const queue = this.#queues.get(worker) ?? [];
    this.#queues.set(worker, queue);
    return queue;
  }

  #owner(key: SocketKey, client: string, not?: Worker): Worker | undefined {
    const owners = this.#owners(key).filter((each) => each !== not);
    const slot = slotOf(
      client,
      owners.map((each) => each.slot),
    );
    return owners.find((each) => each.slot === slot);
  }

  /** Of each slot the newest worker that takes connections. */
  #owners(key: SocketKey): readonly Worker[] {
    const bySlot = new Map<number, Worker>();
    for (const worker of this.#config.workers) {
      if (worker.state !== 'ready' || !this.#config.isListening(key, worker.id)) continue;
      const other = bySlot.get(worker.slot);
      if (other === undefined || other.id < worker.id) bySlot.set(worker.slot, worker);
    }
    return [...bySlot.values()];
  }

  #tellOwners(key: SocketKey): void {
    const owners: readonly SlotOwner[] = this.#owners(key).map(({ slot, id }) => ({ slot, worker: id }));
    const text = JSON.stringify(owners);
    for (const worker of this.#config.workers) {
      const known = this.#known.get(worker) ?? new Map<SocketKey, string>();
      if (known.get(key) === text) continue;
      this.#known.set(worker, known.set(key, text));
      worker.tell({ kind: 'owners', key, owners });
    }
  }
}

function send<Worker extends StickyWorker>(worker: Worker, { key, handle }: Waiting<Worker>): void {
  worker.tell({ kind: 'connection', key }, handle);
}
