import type { ConnectionHandle } from '../handles.ts';
import type { SlotOwner, SocketKey, ToSupervisor } from '../protocol.ts';
import { DEFAULT_BACKLOG } from './bind.ts';
import { clientOf, slotOf } from './client-slot.ts';

/** Sends a message with a connection. @param written Called once it is written, or with the error. */
export type HandOver = (
  message: ToSupervisor,
  connection: ConnectionHandle,
  written: (error: unknown) => void,
) => void;

/** A connection that is on its way to the worker that it belongs to. */
interface Leaving {
  readonly key: SocketKey;
  readonly client: string;
  readonly connection: ConnectionHandle;
  /** Serves it here. */
  readonly serve: () => void;
}

/**
 * Sticky sessions: the kernel gives a connection to any worker, and a worker that gets one of another slot's client hands it to the supervisor
 * before a byte of it is read. What can't be handed over is served here: a client rather loses its session than its connection.
 */
export class Stickiness {
  readonly #self: SlotOwner;
  readonly #handOver: HandOver;
  /** For each socket, the worker of each slot that takes new connections. */
  readonly #owners = new Map<SocketKey, readonly SlotOwner[]>();
  readonly #leaving: Leaving[] = [];
  /**
   * Node.js sends one handle and keeps later messages until it is acknowledged. With one at a time in its hands, what else
   * this worker reports waits for a moment only.
   */
  #isSending = false;
  #isStopped = false;

  constructor(self: SlotOwner, handOver: HandOver) {
    this.#self = self;
    this.#handOver = handOver;
  }

  learn(key: SocketKey, owners: readonly SlotOwner[]): void {
    this.#owners.set(key, owners);
  }

  /** What diverts the connections of this socket. Not for Unix sockets, whose clients have no addresses. */
  of(key: SocketKey): (connection: ConnectionHandle, serve: () => void) => boolean {
    return (connection, serve) => this.#divert(key, connection, serve);
  }

  /** This worker stops accepting: what has not left by now is served here. */
  stop(): void {
    this.#isStopped = true;
    for (const { serve } of this.#leaving.splice(0)) serve();
  }

  /** @returns Whether the connection belongs to another worker, and goes there; otherwise it is to be served here. */
  #divert(key: SocketKey, connection: ConnectionHandle, serve: () => void): boolean {
    const owners = this.#owners.get(key) ?? [];
    if (this.#isStopped || owners.length === 0 || this.#leaving.length >= DEFAULT_BACKLOG) return false;
    const peer: { address?: string } = {};
    if (connection.getpeername(peer) !== 0 || peer.address === undefined) return false;
    const client = clientOf(peer.address);
    const slot = slotOf(
      client,
      owners.map((owner) => owner.slot),
    );
    if (owners.find((owner) => owner.slot === slot)?.worker === this.#self.worker) return false;
    this.#leaving.push({ key, client, connection, serve });
    this.#send();
    return true;
  }

  #send(): void {
    if (this.#isSending) return;
    const next = this.#leaving.shift();
    if (next === undefined) return;
    this.#isSending = true;
    const { key, client, connection, serve } = next;
    this.#handOver({ kind: 'connection', key, client }, connection, (error) => {
      this.#isSending = false;
      if (error === null || error === undefined) connection.close();
      else serve();
      this.#send();
    });
  }
}
