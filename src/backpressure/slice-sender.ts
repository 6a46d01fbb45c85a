import { performance } from 'node:perf_hooks';
import { READER_FROM_BYTES } from './budget/index.ts';
import type { EvictionReason } from './events.ts';
import type { ResolvedChannelOptions } from './options.ts';
import type { RateLimit, RateTaker } from './rate-limit.ts';
import { PeerWatch, Sweep, type SweptPeer } from './slow-peer/index.ts';
import type { Transport } from './transport.ts';
import { TurnQuota } from './turn-quota.ts';
import type { Turns } from './turns.ts';
import type { WriteQueue } from './write-queue.ts';

/** Whose bytes are sent. */
export interface Sending extends RateTaker {
  /** The peer has not taken what was sent, or takes again. */
  onBlocked(isBlocked: boolean): void;
  evict(reason: EvictionReason): void;
  /** The transport threw an exception. */
  onFailed(error: unknown): void;
}

/** What keeps a channel from sending more. */
type Obstacle = 'peer-or-empty' | 'turn' | 'rate' | 'not-open';

/** All blocked peers of the process. */
const sweep = new Sweep();

/**
 * Hands what is queued to the transport in slices, the next one only when the one before has been taken: so what the peer
 * takes is seen, and how long it has taken nothing.
 */
export class SliceSender implements SweptPeer {
  /** Bytes of the slice that the transport has not taken yet. */
  inFlightBytes: number = 0;
  /** Since when the peer has not taken what was sent (`performance.now()`); Infinity while it does. */
  blockedSinceMs: number = Infinity;
  readonly #queue: WriteQueue;
  readonly #transport: Transport;
  readonly #owner: Sending;
  readonly #sliceBytes: number;
  readonly #quota: TurnQuota;
  readonly #rate: RateLimit | undefined;
  readonly #watch: PeerWatch | undefined;
  /** Bytes that the transport has taken since the channel was opened. */
  takenBytes: number = 0;
  #isSending = false;
  #isClosed = false;

  constructor(
    { sliceBytes, turnBytes, rateLimit, slowPeer }: ResolvedChannelOptions,
    queue: WriteQueue,
    transport: Transport,
    turns: Turns,
    owner: Sending,
  ) {
    this.#queue = queue;
    this.#transport = transport;
    this.#owner = owner;
    this.#sliceBytes = sliceBytes;
    this.#rate = rateLimit;
    this.#quota = new TurnQuota(turns, turnBytes);
    this.#watch = slowPeer === false ? undefined : new PeerWatch(slowPeer);
  }

  /** Whether the peer has taken more than any kernel could have taken for it. */
  get isReader(): boolean {
    return this.takenBytes >= READER_FROM_BYTES;
  }

  /** Whether `send()` is under way: it goes on with what is added meanwhile. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** Sends as much as the peer, the turn and the rate limit allow. @returns What kept it from sending more. */
  send(): Obstacle {
    this.#isSending = true;
    try {
      return this.#sendSlices();
    } finally {
      this.#isSending = false;
    }
  }

  /** The transport has taken the slice. */
  taken(): void {
    this.takenBytes += this.inFlightBytes;
    this.inFlightBytes = 0;
    this.#queue.taken();
    if (this.blockedSinceMs === Infinity) return;
    this.blockedSinceMs = Infinity;
    this.#watch?.end();
    this.#owner.onBlocked(false);
  }

  /** Drops everything: nothing will be sent any more. */
  close(): void {
    this.#isClosed = true;
    this.#queue.clear();
    this.inFlightBytes = 0;
    this.blockedSinceMs = Infinity;
    this.#rate?.leave(this.#owner);
    sweep.delete(this);
  }

  sweep(nowMs: number): 'blocked' | 'evicted' | 'done' {
    if (this.#watch === undefined || this.inFlightBytes === 0) return 'done';
    const { unsentBytes, fd } = this.#transport;
    const ofSlice = Number.isNaN(unsentBytes) ? 0 : Math.max(0, this.inFlightBytes - unsentBytes);
    const acceptedBytes = this.takenBytes + ofSlice;
    if (!this.#watch.isTooSlow(nowMs, this.blockedSinceMs, acceptedBytes, fd)) return 'blocked';
    this.#owner.evict('slow-peer');
    return 'evicted';
  }

  #sendSlices(): Obstacle {
    while (this.inFlightBytes === 0 && !this.#queue.isEmpty) {
      if (!this.#transport.isOpen) return 'not-open';
      if (!this.#quota.isLeft) return 'turn';
      const bytes = this.#rate === undefined ? this.#sliceBytes : this.#sliceBytesByRate(this.#rate);
      if (bytes === 0) return 'rate';
      this.#sendSlice(bytes);
    }
    return 'peer-or-empty';
  }

  #sliceBytesByRate(rate: RateLimit): number {
    const bytes = rate.sliceBytes(this.#owner);
    if (bytes === 0) rate.wait(this.#owner);
    return Math.min(bytes, this.#sliceBytes);
  }

  #sendSlice(maxBytes: number): void {
    const bytes = this.#queue.take(maxBytes);
    this.inFlightBytes = bytes;
    this.#quota.spend(bytes);
    this.#rate?.spend(bytes);
    const isTaken = this.#sendSafely();
    // The foreign code of a stream may have had the channel closed.
    if (this.#isClosed) return;
    if (isTaken) {
      this.taken();
      return;
    }
    this.blockedSinceMs = performance.now();
    this.#owner.onBlocked(true);
    if (this.#watch !== undefined) sweep.add(this);
  }

  #sendSafely(): boolean {
    try {
      return this.#transport.send(this.#queue.slice);
    } catch (error) {
      this.#owner.onFailed(error);
      return false;
    }
  }
}
