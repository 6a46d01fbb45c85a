import { RouteLabels } from '../core/route-labels.ts';
import { Peer, type PeerState } from './peer/peer.ts';
import { DRY_RUN_DECISIONS, HELD_BACK_REASONS, noCounts, type PeerCounts } from './peer/counts.ts';
import type { PeerRules } from './peer/rules.ts';

/** Maximum origins that are remembered. A crawler must not fill the memory; the origin used least recently makes room. */
const MAX_PEERS = 1000;

/** The origins that a client calls. State is never shared with other processes: one process's network would become everyone's outage. */
export class Peers {
  readonly #rulesOf: (origin: string) => PeerRules;
  readonly #random: () => number;
  readonly #byOrigin = new Map<string, Peer>();
  readonly #labels = new RouteLabels();
  /** Counts of origins that are no longer remembered, by label: counters never go back. */
  readonly #retired = new Map<string, PeerCounts>();

  constructor(rulesOf: (origin: string) => PeerRules, random: () => number) {
    this.#rulesOf = rulesOf;
    this.#random = random;
  }

  of(origin: string, nowMs: number): Peer {
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    if (this.#byOrigin.size >= MAX_PEERS) this.#evict();
    // In the order of first use, so that an origin keeps the label that it has.
    this.#labels.of(origin);
    const peer = new Peer(origin, this.#rulesOf(origin), this.#random, nowMs);
    this.#byOrigin.set(origin, peer);
    return peer;
  }

  get(origin: string): Peer | undefined {
    return this.#byOrigin.get(origin);
  }

  /** All counts since the start. The first 200 origins are labels of their own, later ones share `_OTHER`. */
  countsByLabel(): ReadonlyMap<string, PeerCounts> {
    const sums = new Map<string, PeerCounts>();
    for (const [label, counts] of this.#retired) addTo(sums, label, counts);
    for (const [origin, { counts }] of this.#byOrigin) addTo(sums, this.#labels.of(origin), counts);
    return sums;
  }

  /** How many of the remembered origins are in each state, by label and state. */
  statesByLabel(nowMs: number): ReadonlyMap<string, ReadonlyMap<PeerState, number>> {
    const byLabel = new Map<string, Map<PeerState, number>>();
    for (const [origin, peer] of this.#byOrigin) {
      const label = this.#labels.of(origin);
      let states = byLabel.get(label);
      if (states === undefined) byLabel.set(label, (states = new Map<PeerState, number>()));
      const state = peer.state(nowMs);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    return byLabel;
  }

  #evict(): void {
    let oldest: string | undefined;
    let usedMs = Infinity;
    for (const [origin, peer] of this.#byOrigin) {
      if (peer.usedMs >= usedMs) continue;
      oldest = origin;
      ({ usedMs } = peer);
    }
    if (oldest === undefined) return;
    const evicted = this.#byOrigin.get(oldest);
    if (evicted !== undefined) addTo(this.#retired, this.#labels.of(oldest), evicted.counts);
    this.#byOrigin.delete(oldest);
  }
}

function addTo(sums: Map<string, PeerCounts>, label: string, counts: PeerCounts): void {
  let sum = sums.get(label);
  if (sum === undefined) sums.set(label, (sum = noCounts()));
  sum.calls += counts.calls;
  sum.attempts += counts.attempts;
  sum.retries += counts.retries;
  sum.hedges += counts.hedges;
  sum.succeeded += counts.succeeded;
  sum.failed += counts.failed;
  for (const reason of HELD_BACK_REASONS) sum.heldBack[reason] += counts.heldBack[reason];
  for (const decision of DRY_RUN_DECISIONS) sum.dryRun[decision] += counts.dryRun[decision];
}
