import type { Http2ServerResponse } from 'node:http2';
import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import { RespiteError } from '../core/errors.ts';
import type { ResolvedOverflowOptions } from './broadcast/options.ts';
import { type BudgetMember, READER_FROM_BYTES } from './budget/index.ts';
import { type EvictionReason, publishEvict, publishWritability } from './events.ts';
import { kernelView } from './kernel/index.ts';
import { MessageTransport, type WebSocketLike } from './message-transport.ts';
import { type ChannelOptions, resolveChannelOptions, type ResolvedChannelOptions } from './options.ts';
import { SlabPool } from './slab-pool.ts';
import { PeerRate, Sweep, type SweptPeer } from './slow-peer/index.ts';
import { StreamTransport } from './stream-transport.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { Turns, type TurnTaker } from './turns.ts';
import { Waiters } from './waiters.ts';
import { WriteQueue } from './write-queue.ts';

/** `open`, then `ending` once `end()` was called, and `closed` for good. */
type State = 'open' | 'ending' | 'closed';

/** Called with whether the channel is writable now. */
export type WritabilityListener = (isWritable: boolean) => void;

// Shared by all channels of the process. None of them does anything until it is used.
const pool = new SlabPool();
const turns = new Turns();
const sweep = new Sweep();

/** When all channels together have handed over this much in a turn, each has one slice more: some 2 ms at the 2 GB/s of loopback. */
const TURN_BYTES_OF_ALL = 4 * 1024 * 1024;

/** Bounded writes to one peer. See {@link createChannel}. */
export class Channel implements BudgetMember, SweptPeer, TurnTaker, TransportEvents {
  readonly #options: ResolvedChannelOptions;
  readonly #transport: Transport;
  readonly #queue: WriteQueue;
  readonly #waiters = new Waiters();
  readonly #listeners = new Set<WritabilityListener>();
  #state: State = 'open';
  #isWritable = true;
  #isFlushing = false;
  #isDueSoon = false;
  #isDueNextTurn = false;
  #hasPausedReads = false;
  /** Of the slice that the transport has not taken yet. */
  #inFlightBytes = 0;
  #blockedSinceMs = Infinity;
  #takenBytes = 0;
  /** What the budget knows of. */
  #chargedBytes = 0;
  #peerRate: PeerRate | undefined;
  #turn = -1;
  #turnBytes = 0;

  constructor(options: ResolvedChannelOptions, connect: (events: TransportEvents) => Transport) {
    this.#options = options;
    this.#transport = connect(this);
    this.#queue = new WriteQueue(pool, this.#transport.joins);
    options.budget?.join();
    if (!this.#transport.isOpen) this.#close(undefined);
  }

  /** Bytes written that the socket has not handed to the kernel. */
  get pendingBytes(): number {
    return this.#queue.bytes + this.#inFlightBytes;
  }

  /** Memory that it keeps from being used otherwise: pending bytes, and what is left empty in slabs. */
  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  /** Whether the peer has taken more than any kernel could have taken for it. */
  get isReader(): boolean {
    return this.#takenBytes >= READER_FROM_BYTES;
  }

  /** Since when the peer has not taken what was handed to the socket (`performance.now()`); Infinity while it does. */
  get blockedSinceMs(): number {
    return this.#blockedSinceMs;
  }

  /** What becomes of broadcasts while the peer is behind. */
  get overflow(): ResolvedOverflowOptions {
    return this.#options.overflow;
  }

  /** Nothing can be written any more. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether more should be written. Nothing that is written all the same is lost, up to the hard limit. */
  isWritable(): boolean {
    return this.#isWritable;
  }

  /** How much can be written until the channel is not writable any more; 0 when it isn't. */
  get bytesBeforeUnwritable(): number {
    if (!this.#isWritable) return 0;
    const room = this.#options.highWaterMarkBytes - this.pendingBytes;
    return Math.max(0, Math.min(room, this.#allowanceBytes() - this.heldBytes));
  }

  /**
   * Calls the listener each time the channel becomes writable or stops being so, and a last time, with false, when it closes.
   *
   * @returns Takes the listener off again.
   */
  onWritabilityChanged(listener: WritabilityListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Waits until it is the caller's turn to write: first come, first served, the next one only when this one has written, or
   * has let the turn of the event loop pass.
   *
   * @returns True to write, false once the channel is closed. Rejects with the signal's reason when that is aborted.
   */
  ready(signal?: AbortSignal): Promise<boolean> {
    const promise = this.#waiters.ready(this.#isWritable, signal);
    // Whoever was let through and doesn't write holds up the others for this turn at most.
    if (this.#waiters.size > 0 && this.#isWritable) this.#goOnNextTurn();
    return promise;
  }

  /**
   * Adds bytes, or text as UTF-8. More than 2 KB are not copied and must not be changed afterwards. Over a WebSocket each
   * write is a message, and nothing is copied.
   *
   * @returns Whether more should be written. False also when the channel is closed, and the data dropped.
   * Throws a `RespiteError` with code `RESPITE_BACKPRESSURE_WRITE_AFTER_END` after `end()`.
   */
  write(data: Uint8Array | string): boolean {
    if (this.#state !== 'open') return this.#refuse();
    this.#queue.write(data, this.#inFlightBytes > 0 || !this.isReader);
    return this.#added();
  }

  /**
   * Adds a message that is written in place, without a Buffer of its own.
   *
   * @param maxBytes What it can have at most.
   * @param fill Writes to `target` from `start` on, and returns how many bytes it wrote.
   * @returns As `write`.
   */
  encode(maxBytes: number, fill: (target: Buffer, start: number) => number): boolean {
    if (this.#state !== 'open') return this.#refuse();
    this.#queue.encode(maxBytes, fill);
    return this.#added();
  }

  /** Hands over what is pending now instead of after the code that runs; as much as the peer and the turn allow. */
  flush(): void {
    this.#flush();
  }

  /** Ends the connection once all that is pending is handed over. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#waiters.close();
    this.#flush();
  }

  /** Disconnects the peer and drops what is pending. */
  evict(reason: EvictionReason): void {
    if (this.#state === 'closed') return;
    publishEvict(this, reason, this.pendingBytes);
    this.#close(reason);
    this.#transport.destroy();
  }

  /** @internal */
  onSoon(): void {
    this.#isDueSoon = false;
    this.#flush();
  }

  /** @internal */
  onNextTurn(): void {
    this.#isDueNextTurn = false;
    // Whoever was let through has had its time.
    this.#waiters.settle();
    this.#flush();
    this.#grant();
  }

  /** @internal */
  onTaken(): void {
    if (this.#state === 'closed') return;
    this.#taken();
    this.#flush();
  }

  /** @internal */
  onClosed(): void {
    this.#close(undefined);
  }

  /** @internal */
  sweep(nowMs: number): 'blocked' | 'evicted' | 'done' {
    const { slowPeer } = this.#options;
    if (slowPeer === false || this.#inFlightBytes === 0) return 'done';
    const inKernel = kernelView.sendQueueBytes(this.#transport.fd);
    const seesKernel = !Number.isNaN(inKernel);
    const unsent = this.#transport.unsentBytes;
    const sent = Number.isNaN(unsent) ? 0 : Math.max(0, this.#inFlightBytes - unsent);
    const movedBytes = this.#takenBytes + sent - (seesKernel ? inKernel : 0);
    this.#peerRate ??= new PeerRate(slowPeer, this.#blockedSinceMs, movedBytes);
    if (!this.#peerRate.isTooSlow(nowMs, movedBytes, seesKernel)) return 'blocked';
    this.evict('slow-peer');
    return 'evicted';
  }

  #refuse(): false {
    if (this.#state === 'closed') return false;
    throw new RespiteError('RESPITE_BACKPRESSURE_WRITE_AFTER_END', 'write() after end()');
  }

  #added(): boolean {
    this.#waiters.settle();
    const { hardLimitBytes, sliceBytes } = this.#options;
    if (this.#queue.bytes >= sliceBytes && this.#inFlightBytes === 0) this.#flush();
    else if (!this.#isDueSoon && this.#inFlightBytes === 0) {
      this.#isDueSoon = true;
      turns.soon(this);
    }
    // One message that is larger than the limit may be alone.
    if (this.pendingBytes > hardLimitBytes && !this.#isWritable) this.evict('hard-limit');
    this.#settle();
    this.#grant();
    return this.#isWritable;
  }

  #flush(): void {
    if (this.#isFlushing || this.#state === 'closed') return;
    this.#isFlushing = true;
    while (this.#inFlightBytes === 0 && !this.#queue.isEmpty) {
      if (!this.#transport.isOpen) {
        this.#close(undefined);
        break;
      }
      if (!this.#hasTurn()) {
        this.#goOnNextTurn();
        break;
      }
      this.#send();
    }
    this.#isFlushing = false;
    this.#settle();
    if (this.#state === 'ending' && this.pendingBytes === 0) this.#end();
  }

  #send(): void {
    const bytes = this.#queue.take(this.#options.sliceBytes);
    this.#inFlightBytes = bytes;
    this.#turnBytes += bytes;
    turns.spent(bytes);
    if (this.#transport.send(this.#queue.slice)) {
      this.#taken();
      return;
    }
    this.#blockedSinceMs = performance.now();
    this.#options.budget?.setBlocked(this, true);
    if (this.#options.slowPeer !== false) sweep.add(this);
  }

  #taken(): void {
    this.#takenBytes += this.#inFlightBytes;
    this.#inFlightBytes = 0;
    this.#queue.taken();
    if (this.#blockedSinceMs === Infinity) return;
    this.#blockedSinceMs = Infinity;
    this.#peerRate = undefined;
    this.#options.budget?.setBlocked(this, false);
  }

  #hasTurn(): boolean {
    if (this.#turn !== turns.number) {
      this.#turn = turns.number;
      this.#turnBytes = 0;
    }
    const most = turns.bytes < TURN_BYTES_OF_ALL ? this.#options.turnBytes : 1;
    return this.#turnBytes < most;
  }

  #allowanceBytes(): number {
    const { budget } = this.#options;
    return budget === undefined ? Infinity : budget.allowanceBytes(this);
  }

  /** Brings budget and writability in line with what is pending. */
  #settle(): void {
    if (this.#state === 'closed') return;
    const { budget, highWaterMarkBytes, lowWaterMarkBytes } = this.#options;
    const { heldBytes } = this.#queue;
    if (budget !== undefined && heldBytes !== this.#chargedBytes) {
      const more = heldBytes - this.#chargedBytes;
      this.#chargedBytes = heldBytes;
      budget.adjust(this, more);
      // The budget may have evicted this one.
      if ((this.#state as State) === 'closed') return;
    }
    const pending = this.pendingBytes;
    if (this.#isWritable) {
      if (pending >= highWaterMarkBytes || (budget !== undefined && heldBytes >= this.#allowanceBytes())) {
        this.#setWritable(false);
      }
    } else if (
      pending <= lowWaterMarkBytes &&
      (budget === undefined || heldBytes < this.#allowanceBytes() / 2)
    ) {
      this.#setWritable(true);
      this.#grant();
    }
    this.#settleReads();
  }

  #setWritable(isWritable: boolean): void {
    this.#isWritable = isWritable;
    publishWritability(this, isWritable);
    for (const listener of this.#listeners) listener(isWritable);
  }

  /** Reads stop for congestion only, not while others have their turn. */
  #settleReads(): void {
    if (!this.#options.pauseReads) return;
    const isCongested = !this.#isWritable && this.#inFlightBytes > 0;
    if (isCongested && !this.#hasPausedReads) this.#hasPausedReads = this.#transport.pause();
    else if (this.#isWritable && this.#hasPausedReads) {
      this.#hasPausedReads = false;
      this.#transport.resume();
    }
  }

  #grant(): void {
    if (this.#waiters.size === 0 || !this.#isWritable) return;
    this.#waiters.grant();
    if (this.#waiters.size > 0) this.#goOnNextTurn();
  }

  #goOnNextTurn(): void {
    if (this.#isDueNextTurn) return;
    this.#isDueNextTurn = true;
    turns.nextTurn(this);
  }

  #end(): void {
    this.#close(undefined);
    this.#transport.end();
  }

  #close(evictedFor: EvictionReason | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#queue.clear();
    this.#inFlightBytes = 0;
    this.#blockedSinceMs = Infinity;
    const { budget } = this.#options;
    budget?.adjust(this, -this.#chargedBytes);
    budget?.leave(this, evictedFor);
    this.#chargedBytes = 0;
    sweep.delete(this);
    if (this.#hasPausedReads) this.#transport.resume();
    this.#waiters.close();
    this.#setWritable(false);
    this.#listeners.clear();
  }
}

/**
 * Puts bounded writes in front of a socket of node:net or node:tls, a response of node:http or node:http2, any other writable
 * stream, or a WebSocket of `ws`. Everything must be written through the channel from then on, and ended with its `end()`.
 *
 * Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for a bad option.
 */
export function createChannel(
  socket: Writable | Http2ServerResponse | WebSocketLike,
  options: ChannelOptions = {},
): Channel {
  return new Channel(resolveChannelOptions(options), (events) => {
    if ('readyState' in socket && 'terminate' in socket) return new MessageTransport(socket, events);
    return new StreamTransport('createPushResponse' in socket ? streamOf(socket) : socket, events);
  });
}

/** The compatibility API of HTTP/2 hides how much is waiting; the stream below shows it, and sends no headers by itself. */
function streamOf(response: Http2ServerResponse): Writable {
  if (!response.headersSent) response.writeHead(response.statusCode);
  return response.stream;
}
