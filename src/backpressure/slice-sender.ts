import { performance } from 'node:perf_hooks';
import { READER_FROM_BYTES } from './budget/index.ts';
import type { EvictionReason } from './events.ts';
import type { ResolvedChannelOptions } from './options.ts';
import { PeerWatch, Sweep, type SweptPeer } from './slow-peer/index.ts';
import type { Transport } from './transport.ts';
import { TurnQuota } from './turn-quota.ts';
import type { Turns } from './turns.ts';
import type { WriteQueue } from './write-queue.ts';

/** Whose bytes are sent. */
export interface Sending {
  /** The peer has not taken what was sent, or takes again. */
  onBlocked(isBlocked: boolean): void;
  evict(reason: EvictionReason): void;
}

/** All blocked peers of the process. */
const sweep = new Sweep();

/**
 * Hands what is queued to the transport in slices, the next one only when the one before has been taken: so what the peer
 * takes is seen, and how long it has taken nothing.
 */
export class SliceSender implements SweptPeer {
  /** Of the slice that the transport has not taken yet. */
  inFlightBytes: number = 0;
  /** Since when the peer has not taken what was sent (`performance.now()`); Infinity while it does. */
  blockedSinceMs: number = Infinity;
  readonly #queue: WriteQueue;
  readonly #transport: Transport;
  readonly #owner: Sending;
  readonly #sliceBytes: number;
  readonly #quota: TurnQuota;
  readonly #watch: PeerWatch | undefined;
  #takenBytes = 0;
  #isSending = false;

  constructor(
    { sliceBytes, turnBytes, slowPeer }: ResolvedChannelOptions,
    queue: WriteQueue,
    transport: Transport,
    turns: Turns,
    owner: Sending,
  ) {
    this.#queue = queue;
    this.#transport = transport;
    this.#owner = owner;
    this.#sliceBytes = sliceBytes;
    this.#quota = new TurnQuota(turns, turnBytes);
    this.#watch = slowPeer === false ? undefined : new PeerWatch(slowPeer);
  }

  /** Whether the peer has taken more than any kernel could have taken for it. */
  get isReader(): boolean {
    return this.#takenBytes >= READER_FROM_BYTES;
  }

  /** Under way already: whoever is called meanwhile leaves it to that. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** Sends as much as the peer and the turn allow. @returns What kept it from sending more. */
  send(): 'peer-or-empty' | 'turn' | 'not-open' {
    this.#isSending = true;
    const why = this.#sendSlices();
    this.#isSending = false;
    return why;
  }

  /** The transport has taken the slice. */
  taken(): void {
    this.#takenBytes += this.inFlightBytes;
    this.inFlightBytes = 0;
    this.#queue.taken();
    if (this.blockedSinceMs === Infinity) return;
    this.blockedSinceMs = Infinity;
    this.#watch?.end();
    this.#owner.onBlocked(false);
  }

  /** Drops everything: nothing will be sent any more. */
  close(): void {
    this.#queue.clear();
    this.inFlightBytes = 0;
    this.blockedSinceMs = Infinity;
    sweep.delete(this);
  }

  sweep(nowMs: number): 'blocked' | 'evicted' | 'done' {
    if (this.#watch === undefined || this.inFlightBytes === 0) return 'done';
    const { unsentBytes, fd } = this.#transport;
    const ofSlice = Number.isNaN(unsentBytes) ? 0 : Math.max(0, this.inFlightBytes - unsentBytes);
    const acceptedBytes = this.#takenBytes + ofSlice;
    if (!this.#watch.isTooSlow(nowMs, this.blockedSinceMs, acceptedBytes, fd)) return 'blocked';
    this.#owner.evict('slow-peer');
    return 'evicted';
  }

  #sendSlices(): 'peer-or-empty' | 'turn' | 'not-open' {
    while (this.inFlightBytes === 0 && !this.#queue.isEmpty) {
      if (!this.#transport.isOpen) return 'not-open';
      if (!this.#quota.isLeft) return 'turn';
      this.#sendSlice();
    }
    return 'peer-or-empty';
  }

  #sendSlice(): void {
    const bytes = this.#queue.take(this.#sliceBytes);
    this.inFlightBytes = bytes;
    this.#quota.spend(bytes);
    if (this.#transport.send(this.#queue.slice)) {
      this.taken();
      return;
    }
    this.blockedSinceMs = performance.now();
    this.#owner.onBlocked(true);
    if (this.#watch !== undefined) sweep.add(this);
  }
}
