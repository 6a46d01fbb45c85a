import { Account } from './account.ts';
import type { ResolvedOverflowOptions } from './broadcast/options.ts';
import type { WaitingBroadcasts } from './broadcast/waiting-broadcasts.ts';
import type { BudgetMember } from './budget/index.ts';
import type { Channel, ChannelEnd, ChannelState, CloseReason } from './channel.ts';
import type { Chunk } from './chunks.ts';
import { type EvictionReason, publishEvict } from './events.ts';
import { Flushes } from './flushes.ts';
import type { Holder } from './ledger.ts';
import { Life, type WritabilityListener } from './life.ts';
import type { ResolvedChannelOptions } from './options.ts';
import { ReadPause } from './read-pause.ts';
import { Schedule, type Scheduled } from './schedule.ts';
import { slabPool } from './slab-pool.ts';
import { type Sending, SliceSender } from './slice-sender.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { Turns } from './turns.ts';
import { callSafely } from './user-code.ts';
import { Waiters } from './waiters.ts';
import { WriteQueue } from './write-queue.ts';

// Shared by all channels of the process. It does nothing until it is used.
const turns = new Turns();

/** The channel that {@link createChannel} makes: connects queue, sender, budget and waiters. */
export class BoundedChannel implements Channel, BudgetMember, Holder, Sending, Scheduled, TransportEvents {
  readonly overflow: ResolvedOverflowOptions;
  /** Broadcasts that wait until the peer has caught up; undefined until one had to. */
  broadcasts: WaitingBroadcasts | undefined;
  readonly #options: ResolvedChannelOptions;
  readonly #transport: Transport;
  readonly #queue: WriteQueue;
  readonly #sender: SliceSender;
  readonly #account: Account;
  readonly #reads: ReadPause | undefined;
  readonly #life = new Life(this);
  readonly #schedule = new Schedule(turns, this);
  readonly #waiters = new Waiters(this.#life, this.#schedule);
  /** Up to here small writes are only gathered; a budget has to know of each. */
  readonly #gatherBytes: number;
  #flushes: Flushes | undefined;

  constructor(options: ResolvedChannelOptions, connect: (events: TransportEvents) => Transport) {
    this.#options = options;
    const { budget, sliceBytes, highWaterMarkBytes, overflow, pauseReads } = options;
    this.overflow = overflow;
    this.#gatherBytes = budget === undefined ? Math.min(sliceBytes, highWaterMarkBytes) : 0;
    this.#transport = connect(this);
    const { joins, releases } = this.#transport;
    this.#queue = new WriteQueue(slabPool(releases), joins);
    this.#sender = new SliceSender(options, this.#queue, this.#transport, turns, this);
    this.#account = new Account(budget, this);
    this.#reads = pauseReads ? new ReadPause(this.#transport) : undefined;
    if (!this.#transport.isOpen) this.#close('peer-gone');
  }

  get state(): ChannelState {
    return this.#life.state;
  }

  get isClosed(): boolean {
    return this.#life.state === 'closed';
  }

  get closed(): Promise<ChannelEnd> {
    return this.#life.closed;
  }

  get pendingBytes(): number {
    return this.#queue.bytes + this.#sender.inFlightBytes;
  }

  get heldBytes(): number {
    return this.#queue.heldBytes;
  }

  /** Whether the peer has taken more than any kernel could have taken for it. */
  get isReader(): boolean {
    return this.#sender.isReader;
  }

  get blockedSinceMs(): number {
    return this.#sender.blockedSinceMs;
  }

  isWritable(): boolean {
    return this.#life.isWritable;
  }

  get bytesBeforeUnwritable(): number {
    if (!this.#life.isWritable) return 0;
    const room = this.#options.highWaterMarkBytes - this.pendingBytes;
    return Math.max(0, Math.min(room, this.#account.allowanceBytes - this.heldBytes));
  }

  onWritabilityChanged(listener: WritabilityListener): () => void {
    return this.#life.listen(listener);
  }

  ready(signal?: AbortSignal): Promise<boolean> {
    return this.#waiters.ready(signal);
  }

  write(data: Chunk): boolean {
    if (this.#life.state !== 'open') return this.#life.refuse();
    this.#queue.write(data, this.#sender.inFlightBytes > 0 || !this.#sender.isReader);
    return this.#added();
  }

  encode(maxBytes: number, fill: (target: Buffer, start: number) => number): boolean {
    if (this.#life.state !== 'open') return this.#life.refuse();
    try {
      this.#queue.encode(maxBytes, fill);
    } catch (error) {
      this.#settle(); // A write from within was charged for the room that is given back now.
      throw error;
    }
    return this.isClosed ? false : this.#added();
  }

  flush(): void {
    if (this.#sender.isSending || this.isClosed) return;
    const obstacle = this.#sender.send();
    if (obstacle === 'not-open') this.#close('peer-gone');
    else if (obstacle === 'turn') this.#schedule.nextTurn();
    if (this.isClosed) return;
    this.#account.setPending(this.pendingBytes > 0);
    this.#flushes?.taken(this.#sender.takenBytes);
    this.#settle();
    if (this.#life.state !== 'ending' || this.pendingBytes > 0) return;
    if (this.#close('ended')) callSafely(() => this.#transport.end());
  }

  flushed(): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false);
    if (this.pendingBytes === 0) return Promise.resolve(true);
    return (this.#flushes ??= new Flushes()).wait(this.#sender.takenBytes + this.pendingBytes);
  }

  end(): void {
    if (!this.#life.end()) return;
    this.#waiters.close();
    this.#takeBroadcasts();
    this.flush();
  }

  evict(reason: EvictionReason): void {
    const droppedBytes = this.pendingBytes;
    if (!this.#close(reason, undefined, reason)) return;
    publishEvict(this, reason, droppedBytes);
    callSafely(() => this.#transport.destroy());
  }

  onTurn(): void {
    // A caller that was let through has had its time.
    this.#waiters.settle();
    this.flush();
    this.#waiters.grant();
  }

  onTaken(): void {
    if (this.isClosed) return;
    this.#sender.taken();
    this.flush();
  }

  onClosed(error?: unknown): void {
    this.#close('peer-gone', error);
  }

  onFailed(error: unknown): void {
    if (this.#close('write-failed', error)) callSafely(() => this.#transport.destroy());
  }

  onBlocked(isBlocked: boolean): void {
    this.#account.setBlocked(isBlocked);
  }

  #added(): boolean {
    this.#waiters.settle();
    if (this.#isGathering) return true;
    const { hardLimitBytes, sliceBytes } = this.#options;
    if (this.#sender.inFlightBytes === 0) {
      // What it may hold is little while a budget is exhausted; a peer that reads takes it now, and no producer has to wait.
      if (this.#queue.bytes >= sliceBytes || this.#account.isFull(this.#queue.heldBytes)) this.flush();
      else this.#schedule.soon();
    }
    // One message that is larger than the limit may be alone.
    const isLate = this.#life.state === 'open' && !this.#life.isWritable;
    if (isLate && this.pendingBytes > hardLimitBytes) this.evict('hard-limit');
    this.#settle();
    this.#waiters.grant();
    return this.#life.isWritable;
  }

  /** Nothing has to be decided: it is handed over soon, there is room, and no producer waits. So it is for most small writes. */
  get #isGathering(): boolean {
    return (
      this.#schedule.isDueSoon &&
      this.#queue.bytes < this.#gatherBytes &&
      this.#life.isWritable &&
      this.#sender.inFlightBytes === 0 &&
      this.#waiters.size === 0
    );
  }

  /** Brings budget and writability in line with what is pending. */
  #settle(): void {
    if (this.isClosed) return;
    if (this.#options.budget !== undefined) {
      this.#account.charge(this.#queue.heldBytes);
      if (this.isClosed) return; // It may have evicted this one.
    }
    const { highWaterMarkBytes, lowWaterMarkBytes } = this.#options;
    const { pendingBytes, heldBytes } = this;
    if (this.#life.isWritable) {
      if (pendingBytes >= highWaterMarkBytes || this.#account.isFull(heldBytes))
        this.#life.setWritable(false);
    } else if (pendingBytes <= lowWaterMarkBytes && heldBytes < this.#account.allowanceBytes / 2) {
      // What has waited goes first.
      if (this.#life.setWritable(true)) this.#takeBroadcasts();
      this.#waiters.grant();
    }
    // Reads stop for congestion only, not while others have their turn.
    if (this.#life.isWritable) this.#reads?.set(false);
    else if (this.#sender.inFlightBytes > 0 && this.#life.state === 'open') this.#reads?.set(true);
  }

  /** As many as there is room for; all of them when the channel ends. */
  #takeBroadcasts(): void {
    while (this.#life.isWritable || this.#life.state === 'ending') {
      const message = this.broadcasts?.shift();
      if (message === undefined) return;
      this.#queue.write(message, true);
      this.#added();
    }
  }

  /** @returns Whether the channel was not closed before. */
  #close(reason: CloseReason, error?: unknown, evictedFor?: EvictionReason): boolean {
    if (!this.#life.close(reason, this.pendingBytes, error)) return false;
    this.#sender.close();
    this.#account.close(evictedFor);
    this.#reads?.set(false);
    this.#waiters.close();
    this.#flushes?.close();
    this.broadcasts?.drop();
    return true;
  }
}
