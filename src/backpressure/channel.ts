import { RespiteError } from '../core/errors.ts';
import { Account } from './account.ts';
import type { ResolvedOverflowOptions } from './broadcast/options.ts';
import type { BudgetMember } from './budget/index.ts';
import { type EvictionReason, publishEvict } from './events.ts';
import type { Holder } from './ledger.ts';
import type { ResolvedChannelOptions } from './options.ts';
import { SlabPool } from './slab-pool.ts';
import { type Sending, SliceSender } from './slice-sender.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { Turns, type TurnTaker } from './turns.ts';
import { Waiters } from './waiters.ts';
import { Writability, type WritabilityListener } from './writability.ts';
import { WriteQueue } from './write-queue.ts';

/** `open`, then `ending` once `end()` was called, and `closed` for good. */
type State = 'open' | 'ending' | 'closed';

// Shared by all channels of the process. None of them does anything until it is used.
const pool = new SlabPool();
const turns = new Turns();

/** Bounded writes to one peer. See {@link createChannel}. */
export class Channel implements BudgetMember, Holder, Sending, TurnTaker, TransportEvents {
  readonly #options: ResolvedChannelOptions;
  readonly #transport: Transport;
  readonly #queue: WriteQueue;
  readonly #sender: SliceSender;
  readonly #account: Account;
  readonly #waiters = new Waiters();
  readonly #writability = new Writability();
  /** Up to here small writes are only gathered; a budget has to know of each. */
  readonly #gatherBytes: number;
  #state: State = 'open';
  #isDueSoon = false;
  #isDueNextTurn = false;
  #hasPausedReads = false;

  constructor(options: ResolvedChannelOptions, connect: (events: TransportEvents) => Transport) {
    this.#options = options;
    const { budget, sliceBytes, highWaterMarkBytes } = options;
    this.#gatherBytes = budget === undefined ? Math.min(sliceBytes, highWaterMarkBytes) : 0;
    this.#transport = connect(this);
    this.#queue = new WriteQueue(pool, this.#transport.joins);
    this.#sender = new SliceSender(options, this.#queue, this.#transport, turns, this);
    this.#account = new Account(options.budget, this);
    if (!this.#transport.isOpen) this.#close(undefined);
  }

  /** Bytes written that the socket has not handed to the kernel. */
  get pendingBytes(): number {
    return this.#queue.bytes + this.#sender.inFlightBytes;
  }

  /** Memory that it keeps from being used otherwise: pending bytes, and what is left empty in slabs. */
  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  /** Whether the peer has taken more than any kernel could have taken for it. */
  get isReader(): boolean {
    return this.#sender.isReader;
  }

  /** Since when the peer has not taken what was handed to the socket (`performance.now()`); Infinity while it does. */
  get blockedSinceMs(): number {
    return this.#sender.blockedSinceMs;
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
    return this.#writability.isWritable;
  }

  /** How much can be written until the channel is not writable any more; 0 when it isn't. */
  get bytesBeforeUnwritable(): number {
    if (!this.#writability.isWritable) return 0;
    const room = this.#options.highWaterMarkBytes - this.pendingBytes;
    return Math.max(0, Math.min(room, this.#account.allowanceBytes - this.heldBytes));
  }

  /**
   * Calls the listener each time the channel becomes writable or stops being so, and a last time, with false, when it closes.
   *
   * @returns Takes the listener off again.
   */
  onWritabilityChanged(listener: WritabilityListener): () => void {
    return this.#writability.listen(listener);
  }

  /**
   * Waits until it is the caller's turn to write: first come, first served, the next one only when this one has written, or
   * has let the turn of the event loop pass.
   *
   * @returns True to write, false once the channel is closed. Rejects with the signal's reason when that is aborted.
   */
  ready(signal?: AbortSignal): Promise<boolean> {
    const promise = this.#waiters.ready(this.#writability.isWritable, signal);
    // Whoever was let through and doesn't write holds up the others for this turn at most.
    if (this.#waiters.size > 0 && this.#writability.isWritable) this.#goOnNextTurn();
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
    this.#queue.write(data, this.#sender.inFlightBytes > 0 || !this.#sender.isReader);
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
    if (this.#sender.isSending || this.#state === 'closed') return;
    const why = this.#sender.send();
    if (why === 'not-open') this.#close(undefined);
    else if (why === 'turn') this.#goOnNextTurn();
    this.#account.setPending(this.pendingBytes > 0);
    this.#settle();
    if (this.#state === 'ending' && this.pendingBytes === 0) this.#end();
  }

  /** Ends the connection once all that is pending is handed over. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#waiters.close();
    this.flush();
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
    this.flush();
  }

  /** @internal */
  onNextTurn(): void {
    this.#isDueNextTurn = false;
    // Whoever was let through has had its time.
    this.#waiters.settle();
    this.flush();
    this.#grant();
  }

  /** @internal */
  onTaken(): void {
    if (this.#state === 'closed') return;
    this.#sender.taken();
    this.flush();
  }

  /** @internal */
  onClosed(): void {
    this.#close(undefined);
  }

  /** @internal */
  onBlocked(isBlocked: boolean): void {
    this.#account.setBlocked(isBlocked);
  }

  #refuse(): false {
    if (this.#state === 'closed') return false;
    throw new RespiteError('RESPITE_BACKPRESSURE_WRITE_AFTER_END', 'write() after end()');
  }

  #added(): boolean {
    this.#waiters.settle();
    if (this.#isGathering) return true;
    const { hardLimitBytes, sliceBytes } = this.#options;
    if (this.#sender.inFlightBytes === 0) {
      // What it may hold is little while a budget is exhausted; a peer that reads takes it now, and nobody has to wait.
      if (this.#queue.bytes >= sliceBytes || this.#holdsAllItMay) this.flush();
      else this.#flushSoon();
    }
    // One message that is larger than the limit may be alone.
    if (this.pendingBytes > hardLimitBytes && !this.#writability.isWritable) this.evict('hard-limit');
    this.#settle();
    this.#grant();
    return this.#writability.isWritable;
  }

  /** Nothing has to be decided: it is handed over soon, there is room, and nobody waits. So it is for most small writes. */
  get #isGathering(): boolean {
    return (
      this.#isDueSoon &&
      this.#queue.bytes < this.#gatherBytes &&
      this.#writability.isWritable &&
      this.#sender.inFlightBytes === 0 &&
      this.#waiters.size === 0
    );
  }

  /** Brings budget and writability in line with what is pending. */
  #settle(): void {
    if (this.#state === 'closed') return;
    const { budget, highWaterMarkBytes, lowWaterMarkBytes } = this.#options;
    const { heldBytes } = this.#queue;
    if (budget !== undefined) {
      this.#account.charge(heldBytes);
      // It may have evicted this one.
      if ((this.#state as State) === 'closed') return;
    }
    const pending = this.pendingBytes;
    if (this.#writability.isWritable) {
      if (pending >= highWaterMarkBytes || this.#holdsAllItMay) this.#writability.set(this, false);
    } else if (pending <= lowWaterMarkBytes && heldBytes < this.#account.allowanceBytes / 2) {
      this.#writability.set(this, true);
      this.#grant();
    }
    this.#settleReads();
  }

  get #holdsAllItMay(): boolean {
    return this.#options.budget !== undefined && this.#queue.heldBytes >= this.#account.allowanceBytes;
  }

  /** Reads stop for congestion only, not while others have their turn. */
  #settleReads(): void {
    if (!this.#options.pauseReads) return;
    const isCongested = !this.#writability.isWritable && this.#sender.inFlightBytes > 0;
    if (isCongested && !this.#hasPausedReads) this.#hasPausedReads = this.#transport.pause();
    else if (this.#writability.isWritable && this.#hasPausedReads) {
      this.#hasPausedReads = false;
      this.#transport.resume();
    }
  }

  #grant(): void {
    if (this.#waiters.size === 0 || !this.#writability.isWritable) return;
    this.#waiters.grant();
    if (this.#waiters.size > 0) this.#goOnNextTurn();
  }

  #flushSoon(): void {
    if (this.#isDueSoon) return;
    this.#isDueSoon = true;
    turns.soon(this);
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
    this.#sender.close();
    this.#account.close(evictedFor);
    if (this.#hasPausedReads) this.#transport.resume();
    this.#waiters.close();
    this.#writability.close(this);
  }
}
