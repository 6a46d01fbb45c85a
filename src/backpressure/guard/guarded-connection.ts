import { Account } from '../account.ts';
import { type BudgetMember, READER_FROM_BYTES } from '../budget/index.ts';
import { type EvictionReason, publishEvict } from '../events.ts';
import type { Holder } from '../ledger.ts';
import { PeerWatch, type ResolvedSlowPeerOptions } from '../slow-peer/index.ts';
import { callSafely } from '../user-code.ts';
import type { ResolvedGuardOptions } from './options.ts';

/** How often the rate of a slow peer is judged. */
const RATE_EVERY_MS = 1000;

/** A connection whose output other code writes: what is seen of it from outside. */
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
export class GuardedConnection implements BudgetMember, Holder {
  readonly #output: Output;
  readonly #account: Account;
  readonly #upgradedSlowPeer: ResolvedSlowPeerOptions | false;
  #watch: PeerWatch | undefined;
  /** Whether it is no connection of HTTP any more. */
  isUpgraded: boolean = false;
  #heldBytes = 0;
  #blockedSinceMs = Infinity;
  #takenBytes = 0;
  #ratedMs = -Infinity;
  #isOpen = true;

  constructor({ budget, slowPeer, upgradedSlowPeer }: ResolvedGuardOptions, output: Output) {
    this.#upgradedSlowPeer = upgradedSlowPeer;
    this.#output = output;
    this.#account = new Account(budget, this);
    this.#watch = slowPeer === false ? undefined : new PeerWatch(slowPeer);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** As it was when it was last looked at. */
  get pendingBytes(): number {
    return this.#heldBytes;
  }

  get isReader(): boolean {
    return this.#takenBytes >= READER_FROM_BYTES;
  }

  /** When it was last seen to take something while more was waiting. */
  get blockedSinceMs(): number {
    return this.#blockedSinceMs;
  }

  /** It speaks another protocol from now on, whose library may keep lists of its own for a peer that reads nothing. */
  upgraded(): void {
    if (this.isUpgraded) return;
    this.isUpgraded = true;
    if (this.#upgradedSlowPeer !== false) this.#watch ??= new PeerWatch(this.#upgradedSlowPeer);
  }

  /** Tells the budget what it holds now. May end with its eviction, or that of others. */
  look(nowMs: number): void {
    if (!this.#isOpen) return;
    const pendingBytes = this.#output.pendingBytes();
    // So it is for most, each time.
    if (pendingBytes === 0 && this.#heldBytes === 0) return;
    const takenBytes = this.#output.takenBytes();
    const moved = takenBytes > this.#takenBytes;
    this.#takenBytes = takenBytes;
    this.#heldBytes = pendingBytes;
    this.#judgeBlocked(moved, nowMs);
    this.#account.setPending(this.#heldBytes > 0);
    this.#account.charge(this.#heldBytes);
    if (this.#heldBytes > 0 && nowMs - this.#ratedMs >= RATE_EVERY_MS) this.#judgeRate(nowMs);
  }

  evict(reason: EvictionReason): void {
    if (!this.#isOpen) return;
    publishEvict(undefined, reason, this.#heldBytes);
    this.#leave(reason);
    callSafely(() => this.#output.reset());
  }

  /** The connection has ended by itself. */
  ended(): void {
    if (this.#isOpen) this.#leave(undefined);
  }

  #judgeBlocked(moved: boolean, nowMs: number): void {
    if (this.#heldBytes === 0) {
      if (this.#blockedSinceMs === Infinity) return;
      this.#blockedSinceMs = Infinity;
      this.#watch?.end();
      this.#account.setBlocked(false);
    } else if (this.#blockedSinceMs === Infinity) {
      this.#blockedSinceMs = nowMs;
      this.#account.setBlocked(true);
    } else if (moved) this.#blockedSinceMs = nowMs;
  }

  #judgeRate(nowMs: number): void {
    if (this.#watch === undefined || !this.#isOpen) return;
    this.#ratedMs = nowMs;
    if (this.#watch.isTooSlow(nowMs, this.#blockedSinceMs, this.#takenBytes, this.#output.fd)) {
      this.evict('slow-peer');
    }
  }

  #leave(evictedFor: EvictionReason | undefined): void {
    this.#isOpen = false;
    this.#heldBytes = 0;
    this.#blockedSinceMs = Infinity;
    this.#account.close(evictedFor);
  }
}
