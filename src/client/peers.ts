import { Peer } from './peer/peer.ts';
import type { PeerRules } from './peer/rules.ts';

/** Maximum origins that are remembered. A crawler must not fill the memory; the origin used least recently makes room. */
const MAX_PEERS = 1000;

/** The origins that a client calls. State is never shared with other processes: one process's network would become everyone's outage. */
export class Peers {
  readonly #rulesOf: (origin: string) => PeerRules;
  readonly #random: () => number;
  readonly #byOrigin = new Map<string, Peer>();

  constructor(rulesOf: (origin: string) => PeerRules, random: () => number) {
    this.#rulesOf = rulesOf;
    this.#random = random;
  }

  of(origin: string, nowMs: number): Peer {
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    if (this.#byOrigin.size >= MAX_PEERS) this.#evict();
    const peer = new Peer(this.#rulesOf(origin), this.#random, nowMs);
    this.#byOrigin.set(origin, peer);
    return peer;
  }

  get(origin: string): Peer | undefined {
    return this.#byOrigin.get(origin);
  }

  #evict(): void {
    let oldest: string | undefined;
    let usedMs = Infinity;
    for (const [origin, peer] of this.#byOrigin) {
      if (peer.usedMs >= usedMs) continue;
      oldest = origin;
      ({ usedMs } = peer);
    }
    if (oldest !== undefined) this.#byOrigin.delete(oldest);
  }
}
