import { type BudgetMember, READER_FROM_BYTES } from '../budget/index.ts';
import { type EvictionReason, publishEvict } from '../events.ts';
import { kernelView } from '../kernel/index.ts';
import { PeerRate } from '../slow-peer/index.ts';
import type { ResolvedGuardOptions } from './options.ts';

/** How often the rate of a slow peer is judged. */
const RATE_EVERY_MS = 1000;

/** A connection whose output somebody else writes: what is seen of it from outside. */
export interface Output {
  /** Bytes that were written to it and that the kernel has not taken. */
  pendingBytes(): number;
  /** Bytes that the kernel has taken since it was accepted. */
  takenBytes(): number;
  /** Its descriptor; -1 when there is none. */
  readonly fd: number;
  /** Cuts the connection with a reset. */
  reset(): void;
}

/** One connection under a budget. What it holds is looked at; it is never told to wait. */
export class GuardedConnection implements BudgetMember {
  readonly #options: ResolvedGuardOptions;
  readonly #output: Output;
  #heldBytes = 0;
  #blockedSinceMs = Infinity;
  #takenBytes = 0;
  #rate: PeerRate | undefined;
  #ratedMs = -Infinity;
  #isOpen = true;

  constructor(options: ResolvedGuardOptions, output: Output) {
    this.#options = options;
    this.#output = output;
    options.budget.join();
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isReader(): boolean {
    return this.#takenBytes >= READER_FROM_BYTES;
  }

  /** When it was last seen to take something while more was waiting. */
  get blockedSinceMs(): number {
    return this.#blockedSinceMs;
  }

  /** Tells the budget what it holds now. May end with its eviction, or that of others. */
  look(nowMs: number): void {
    if (!this.#isOpen) return;
    const takenBytes = this.#output.takenBytes();
    const moved = takenBytes > this.#takenBytes;
    this.#takenBytes = takenBytes;
    const more = this.#output.pendingBytes() - this.#heldBytes;
    this.#heldBytes += more;
    this.#judgeBlocked(moved, nowMs);
    if (more !== 0) this.#options.budget.adjust(this, more);
    if (this.#heldBytes > 0 && nowMs - this.#ratedMs >= RATE_EVERY_MS) this.#judgeRate(nowMs);
  }

  evict(reason: EvictionReason): void {
    if (!this.#isOpen) return;
    publishEvict(undefined, reason, this.#heldBytes);
    this.#leave(reason);
    this.#output.reset();
  }

  /** The connection has ended by itself. */
  ended(): void {
    if (this.#isOpen) this.#leave(undefined);
  }

  #judgeBlocked(moved: boolean, nowMs: number): void {
    const { budget } = this.#options;
    if (this.#heldBytes === 0) {
      if (this.#blockedSinceMs === Infinity) return;
      this.#blockedSinceMs = Infinity;
      this.#rate = undefined;
      budget.setBlocked(this, false);
    } else if (this.#blockedSinceMs === Infinity) {
      this.#blockedSinceMs = nowMs;
      budget.setBlocked(this, true);
    } else if (moved) this.#blockedSinceMs = nowMs;
  }

  #judgeRate(nowMs: number): void {
    const { slowPeer } = this.#options;
    if (slowPeer === false || !this.#isOpen) return;
    this.#ratedMs = nowMs;
    const inKernel = kernelView.sendQueueBytes(this.#output.fd);
    const seesKernel = !Number.isNaN(inKernel);
    const movedBytes = this.#takenBytes - (seesKernel ? inKernel : 0);
    this.#rate ??= new PeerRate(slowPeer, this.#blockedSinceMs, movedBytes);
    if (this.#rate.isTooSlow(nowMs, movedBytes, seesKernel)) this.evict('slow-peer');
  }

  #leave(evictedFor: EvictionReason | undefined): void {
    const { budget } = this.#options;
    this.#isOpen = false;
    const held = this.#heldBytes;
    this.#heldBytes = 0;
    if (held > 0) budget.adjust(this, -held);
    budget.leave(this, evictedFor);
  }
}
