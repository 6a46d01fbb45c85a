/** A fault, and a worker that was replaced for it. */
interface Tried {
  readonly worker: number;
  readonly slot: number;
  readonly fault: string;
  readonly atMs: number;
  /** The newest worker by then: those after it may show whether it helped. */
  readonly newest: number;
  helped: boolean;
}

/**
 * Remembers which replacements have helped. A pool that a worker has lost is back in a new one. A dependency that does not answer does
 * not answer a new one either, and a server that needs its heap fills the next one too: then to replace one worker after the other only makes it worse.
 */
export class Repeats {
  readonly #withinMs: number;
  #tried: Tried[] = [];
  #newest = 0;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** A worker was replaced. @param fault What it was replaced for: two that are the same have one name. */
  replaced(worker: number, slot: number, fault: string, atMs: number): void {
    this.#tried = this.#tried.filter((each) => atMs - each.atMs < this.#withinMs);
    const newest = Math.max(this.#newest, worker);
    this.#tried.push({ worker, slot, fault, atMs, newest, helped: false });
  }

  /** This worker runs. If it is newer than the replacement and has answered requests, the replacement has helped. */
  seen(worker: number, hasAnswered: boolean): void {
    this.#newest = Math.max(this.#newest, worker);
    if (hasAnswered) for (const each of this.#tried) if (worker > each.newest) each.helped = true;
  }

  /**
   * A worker that was replaced for the same in vain. In its own slot one is enough, whether it has helped for a while or not.
   */
  inVain(slot: number, fault: string, nowMs: number): { worker: number; agoMs: number } | undefined {
    const found = this.#tried.findLast(
      (each) =>
        each.fault === fault && nowMs - each.atMs < this.#withinMs && (each.slot === slot || !each.helped),
    );
    return found === undefined ? undefined : { worker: found.worker, agoMs: nowMs - found.atMs };
  }
}
