/** Requests that were stuck, and a worker that was replaced for it. */
interface Tried {
  readonly worker: number;
  readonly slot: number;
  readonly peer: string;
  readonly atMs: number;
  helped: boolean;
}

/**
 * Which replacements for stuck requests have helped. A pool that a worker has lost is back in a new one. A dependency that does not
 * answer does not answer a new one either: then to replace one worker after the other only makes it worse.
 */
export class Repeats {
  readonly #withinMs: number;
  #tried: Tried[] = [];

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** A worker was replaced. @param peer Whom its requests waited for, as far as known. */
  replaced(worker: number, slot: number, peer: string, atMs: number): void {
    this.#tried = this.#tried.filter((each) => atMs - each.atMs < this.#withinMs);
    this.#tried.push({ worker, slot, peer, atMs, helped: false });
  }

  /** This worker has answered requests: if it is newer than one that was replaced, the replacement has helped. */
  answers(worker: number): void {
    for (const each of this.#tried) if (worker > each.worker) each.helped = true;
  }

  /**
   * A worker that was replaced for the same in vain. In its own slot one is enough, whether it has helped for a while or not.
   */
  inVain(slot: number, peer: string, nowMs: number): { worker: number; agoMs: number } | undefined {
    const found = this.#tried.findLast(
      (each) =>
        each.peer === peer && nowMs - each.atMs < this.#withinMs && (each.slot === slot || !each.helped),
    );
    return found === undefined ? undefined : { worker: found.worker, agoMs: nowMs - found.atMs };
  }
}
