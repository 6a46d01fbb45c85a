/**
 * The number of each slot's workers by which scripts tell themselves from each other (`RESPITE_WORKER`). A standby is started before it is known
 * which slot it will serve in, and keeps its number there. The slot that it leaves gets the one that has become free, so no two workers that are
 * to go on have the same, and each number is always some worker's: what only worker 1 does goes on.
 */
export class Identities {
  readonly #bySlot = new Map<number, number>();

  of(slot: number): number {
    return this.#bySlot.get(slot) ?? slot;
  }

  /** A worker moves from one slot to another. */
  swap(from: number, to: number): void {
    const [moved, freed] = [this.of(from), this.of(to)];
    this.#bySlot.set(to, moved).set(from, freed);
  }
}
