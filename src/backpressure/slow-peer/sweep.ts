import { performance } from 'node:perf_hooks';

/** A connection that may be blocked. */
export interface SweptPeer {
  /** @returns Whether it is still blocked and has to be looked at again; evicts itself if it is too slow. */
  sweep(nowMs: number): 'blocked' | 'evicted' | 'done';
}

/** How often blocked peers are looked at. */
const INTERVAL_MS = 1000;

/** Maximum number of evictions a turn: closing a connection takes tens of microseconds, and a thousand at once would block the event loop. */
const EVICTIONS_A_TURN = 32;

/** Looks at the blocked connections of the process once a second; does nothing while there are none. */
export class Sweep {
  readonly #peers = new Set<SweptPeer>();
  #timer: NodeJS.Timeout | undefined;
  #isUnderWay = false;

  add(peer: SweptPeer): void {
    this.#peers.add(peer);
    this.#timer ??= setInterval(this.#begin, INTERVAL_MS).unref();
  }

  delete(peer: SweptPeer): void {
    this.#peers.delete(peer);
    if (this.#peers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  readonly #begin = (): void => {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#continue([...this.#peers]);
  };

  #continue(peers: readonly SweptPeer[]): void {
    try {
      const rest = this.#look(peers);
      this.#isUnderWay = rest.length > 0;
      if (rest.length > 0) setImmediate(() => this.#continue(rest));
    } catch (error) {
      this.#isUnderWay = false;
      throw error;
    }
  }

  /** @returns The peers that are left to the next turn. */
  #look(peers: readonly SweptPeer[]): readonly SweptPeer[] {
    const nowMs = performance.now();
    let evicted = 0;
    for (const [i, peer] of peers.entries()) {
      if (!this.#peers.has(peer)) continue;
      const verdict = peer.sweep(nowMs);
      if (verdict !== 'blocked') this.delete(peer);
      if (verdict === 'evicted') evicted += 1;
      if (evicted === EVICTIONS_A_TURN) return peers.slice(i + 1);
    }
    return [];
  }
}
