import { performance } from 'node:perf_hooks';
import { resolve, type Rule } from '../../core/options.ts';
import { instanceOf } from '../../core/rules.ts';
import {
  type EvictFirst,
  type ResolvedWriteBudgetOptions,
  writeBudget,
  type WriteBudgetOptions,
} from './options.ts';

/**
 * Who has taken more than this reads: a kernel takes up to 4 MB for a peer that doesn't (`net.ipv4.tcp_wmem` of Linux), and the
 * peer's own kernel little before it is read from.
 */
export const READER_FROM_BYTES: number = 6 * 1024 * 1024;

/** What takes part in a budget. */
export interface BudgetMember {
  readonly heldBytes: number;
  /** Whether its peer is known to read. */
  readonly isReader: boolean;
  /** Since when its peer has taken nothing, in the milliseconds of the budget's clock; Infinity while it takes. */
  readonly blockedSinceMs: number;
  /** Gives back all that it holds, before it returns. */
  evict(reason: 'budget'): void;
}

/** What a budget is used for at the moment. */
export interface WriteBudgetStats {
  /** The configured `limitBytes`. */
  readonly limitBytes: number;
  /** Memory that its channels hold. */
  readonly usedBytes: number;
  /** `usedBytes` of `limitBytes`, 0 to 1. */
  readonly utilization: number;
  /**
   * 0 to 1, for admission: the utilization, or how much of `guaranteedBytes` is missing in what a channel may have that asks
   * next, whichever is more. Where many are stalled that is little long before all is used.
   */
  readonly pressure: number;
  /** Channels that are open now. */
  readonly channels: number;
  /** Channels whose peers have not taken what was sent to them yet. */
  readonly blocked: number;
  /** Evicted channels by reason, since the budget was created. */
  readonly evictions: Readonly<Record<string, number>>;
}

/**
 * Of the limit, what only peers that are known to read may use. They empty it within a turn, so it may be small: at 64 MB an
 * eighth has room for 64 of them with the default guarantee.
 */
const RESERVED_SHARE = 1 / 8;

/** A peer that has been blocked for less may be a fast one between two reads. */
const STALLED_AFTER_MS = 100;

/**
 * Memory that all channels of a process share. Each may hold a share of what is still free, which gets smaller with the number
 * of those that hold something: one alone can have half, thousands one message each. (Choudhury and Hahne, "Dynamic Queue
 * Length Thresholds", 1998, with an alpha that follows the number of queues. What a stalled peer holds never drains, and
 * with a constant alpha the first few hundred leave nothing to the others.) Those that read have a guaranteed part. When
 * room is needed all the same, blocked ones are evicted.
 */
export class WriteBudget {
  readonly #options: ResolvedWriteBudgetOptions;
  readonly #now: () => number;
  /** Above it, stalled channels are evicted until only as much as blocked channels may have is used. */
  readonly #evictAboveBytes: number;
  readonly #blockedLimitBytes: number;
  readonly #blocked = new Set<BudgetMember>();
  readonly #evictions: Record<string, number> = {};
  #usedBytes = 0;
  #members = 0;
  /** Members that hold something. */
  #holders = 0;
  /** No stalled channel was found: when to look again. */
  #lookAgainMs = -Infinity;
  #isMakingRoom = false;
  /** Wrote past the mark at which room is made, and was not looked at yet. */
  #writer: BudgetMember | undefined;

  /** @param now Milliseconds from any origin, the same as the members'. */
  constructor(options: ResolvedWriteBudgetOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#blockedLimitBytes = options.limitBytes * (1 - RESERVED_SHARE);
    this.#evictAboveBytes = options.limitBytes * (1 - RESERVED_SHARE / 2);
  }

  /** @internal What a member may hold before it has to wait. */
  allowanceBytes(member: BudgetMember): number {
    const { limitBytes, guaranteedBytes } = this.#options;
    // One message is always let in where nothing is held: waiting for others to drain could take forever.
    const least = Math.max(1, this.#thresholdBytes);
    if (!member.isReader) return least;
    return Math.max(least, Math.min(guaranteedBytes, limitBytes - this.#usedBytes));
  }

  /** @internal */
  join(): void {
    this.#members += 1;
  }

  /** @internal A member that holds nothing any more. */
  leave(member: BudgetMember, evictedFor: string | undefined): void {
    this.#members -= 1;
    this.#blocked.delete(member);
    if (evictedFor !== undefined) this.#evictions[evictedFor] = (this.#evictions[evictedFor] ?? 0) + 1;
  }

  /** @internal The member holds that much more, or less; it may be evicted for it. */
  adjust(member: BudgetMember, bytes: number): void {
    this.#usedBytes += bytes;
    const { heldBytes } = member;
    if (heldBytes > 0 && heldBytes === bytes) this.#holders += 1;
    else if (heldBytes === 0 && bytes < 0) this.#holders -= 1;
    if (this.#usedBytes > this.#evictAboveBytes && bytes > 0) this.#makeRoom(member);
  }

  /** @internal */
  setBlocked(member: BudgetMember, isBlocked: boolean): void {
    if (isBlocked) this.#blocked.add(member);
    else this.#blocked.delete(member);
  }

  /** What the budget is used for at the moment. */
  stats(): WriteBudgetStats {
    const { limitBytes, guaranteedBytes } = this.#options;
    const utilization = this.#usedBytes / limitBytes;
    const missingShare = 1 - Math.max(0, this.#thresholdBytes) / guaranteedBytes;
    return {
      limitBytes,
      usedBytes: this.#usedBytes,
      utilization,
      pressure: Math.max(utilization, missingShare),
      channels: this.#members,
      blocked: this.#blocked.size,
      evictions: { ...this.#evictions },
    };
  }

  /** What each may hold whose peer is not known to read. */
  get #thresholdBytes(): number {
    return (this.#blockedLimitBytes - this.#usedBytes) / (1 + this.#holders);
  }

  /** Evicting runs foreign code (a stream's `_destroy`), which may write to other members and may throw. */
  #makeRoom(writer: BudgetMember): void {
    this.#writer = writer;
    if (this.#isMakingRoom) return;
    this.#isMakingRoom = true;
    try {
      // What was written meanwhile needs room as well.
      for (let next = this.#nextWriter(); next !== undefined; next = this.#nextWriter())
        this.#makeRoomFor(next);
    } finally {
      this.#isMakingRoom = false;
    }
  }

  #nextWriter(): BudgetMember | undefined {
    const writer = this.#writer;
    this.#writer = undefined;
    return writer;
  }

  #makeRoomFor(writer: BudgetMember): void {
    const nowMs = this.#now();
    const { limitBytes, evictFirst } = this.#options;
    const isOver = this.#usedBytes > limitBytes;
    if (isOver || nowMs >= this.#lookAgainMs) {
      const candidates = [...this.#blocked].toSorted(ORDER[evictFirst]);
      const stalled = candidates.filter((member) => nowMs - member.blockedSinceMs >= STALLED_AFTER_MS);
      if (stalled.length === 0) this.#lookAgainMs = nowMs + STALLED_AFTER_MS;
      this.#evictUntil(this.#blockedLimitBytes, stalled);
      if (this.#usedBytes > limitBytes) this.#evictUntil(limitBytes, candidates);
    }
    if (this.#usedBytes > limitBytes && writer.heldBytes > 0) writer.evict('budget');
  }

  #evictUntil(bytes: number, members: readonly BudgetMember[]): void {
    for (const member of members) {
      if (this.#usedBytes <= bytes) return;
      // Evicted in the round before, perhaps.
      if (this.#blocked.has(member)) member.evict('budget');
    }
  }
}

const ORDER: Readonly<Record<EvictFirst, (a: BudgetMember, b: BudgetMember) => number>> = {
  largest: (a, b) => b.heldBytes - a.heldBytes,
  oldest: (a, b) => a.blockedSinceMs - b.blockedSinceMs,
};

/**
 * Creates a budget for the memory of many channels, normally one for the process.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option.
 * @example
 * ```ts
 * import { createChannel, createWriteBudget } from 'respite/backpressure';
 *
 * const budget = createWriteBudget({ limitBytes: 64 * 1024 * 1024 });
 * webSockets.on('connection', (socket) => createChannel(socket, { budget }));
 * ```
 */
export function createWriteBudget(options: WriteBudgetOptions): WriteBudget {
  return new WriteBudget(resolve(writeBudget, options, ['budget']), () => performance.now());
}

/** A budget as an option. */
export const budgetRule: Rule<WriteBudget> = instanceOf('what createWriteBudget() returns', WriteBudget);
