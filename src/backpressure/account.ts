import type { BudgetMember, WriteBudget } from './budget/index.ts';
import { type Holder, processLedger } from './ledger.ts';

/** What one channel or guarded connection holds, in the books of its budget, if it has one, and of the process. */
export class Account {
  readonly #budget: WriteBudget | undefined;
  readonly #member: BudgetMember & Holder;
  readonly #ledger = processLedger();
  #chargedBytes = 0;
  #isPending = false;

  constructor(budget: WriteBudget | undefined, member: BudgetMember & Holder) {
    this.#budget = budget;
    this.#member = member;
    this.#ledger.opened();
    budget?.join();
  }

  /** What it may hold before it has to wait; Infinity without a budget. */
  get allowanceBytes(): number {
    return this.#budget === undefined ? Infinity : this.#budget.allowanceBytes(this.#member);
  }

  /** Whether that is all that it may hold. */
  isFull(heldBytes: number): boolean {
    return this.#budget !== undefined && heldBytes >= this.allowanceBytes;
  }

  /** For the budget: it holds that much now. It may be evicted for it. */
  charge(heldBytes: number): void {
    const more = heldBytes - this.#chargedBytes;
    if (more === 0) return;
    this.#chargedBytes = heldBytes;
    this.#budget?.adjust(this.#member, more);
  }

  /** For the metrics: whether something is pending once it has sent what it could. */
  setPending(isPending: boolean): void {
    if (isPending === this.#isPending) return;
    this.#isPending = isPending;
    if (isPending) this.#ledger.add(this.#member);
    else this.#ledger.delete(this.#member);
  }

  setBlocked(isBlocked: boolean): void {
    this.#budget?.setBlocked(this.#member, isBlocked);
  }

  /** It holds nothing any more, and never will. */
  close(evictedFor: string | undefined): void {
    this.charge(0);
    this.setPending(false);
    this.#budget?.leave(this.#member, evictedFor);
    this.#ledger.closed();
    if (evictedFor !== undefined) this.#ledger.evicted(evictedFor);
  }
}
