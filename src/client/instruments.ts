// The client's metrics.
import { addInstruments, type Instrument } from '../core/instruments.ts';
import type { ResolvedClientOptions } from './options.ts';
import { DRY_RUN_DECISIONS, HELD_BACK_REASONS, type PeerCounts } from './peer/counts.ts';
import type { Peers } from './peers.ts';

/**
 * Has a client's numbers shown.
 *
 * @param options `dryRun` is read each time: it can change while the client lives.
 * @returns What ends it.
 */
export function showInstruments(
  peers: Peers,
  options: Pick<ResolvedClientOptions, 'now' | 'dryRun'>,
): () => void {
  return addInstruments(() => [
    ...clientInstruments(peers.countsByLabel()),
    peerStates(peers, options.now(), options.dryRun ? 'dry-run' : 'enforced'),
  ]);
}

/** Only states that an origin is in: with a series for each state, a client of many origins would fill its worker's samples. */
function peerStates(peers: Peers, nowMs: number, mode: 'enforced' | 'dry-run'): Instrument {
  return {
    name: 'respite_client_peers',
    help: 'HTTP clients that have called an origin, over all workers, by whether they send calls to it now.',
    type: 'gauge',
    series: [...peers.statesByLabel(nowMs)].flatMap(([peer, states]) =>
      [...states].map(([state, value]) => ({ labels: { peer, state, mode }, value })),
    ),
  };
}

function clientInstruments(byPeer: ReadonlyMap<string, PeerCounts>): readonly Instrument[] {
  const counter = (name: string, help: string, read: (counts: PeerCounts) => number): Instrument => ({
    name,
    help,
    type: 'counter',
    series: [...byPeer].map(([peer, counts]) => ({ labels: { peer }, value: read(counts) })),
  });
  return [
    counter('respite_client_calls_total', 'Calls through the HTTP client.', ({ calls }) => calls),
    counter(
      'respite_client_attempts_total',
      'Attempts that the HTTP client sent for its calls.',
      ({ attempts }) => attempts,
    ),
    counter(
      'respite_client_retries_total',
      'Attempts of the HTTP client beyond the first of a call.',
      ({ retries }) => retries,
    ),
    counter(
      'respite_client_hedges_total',
      'Second attempts that the HTTP client sent beside one that took long.',
      ({ hedges }) => hedges,
    ),
    counter(
      'respite_client_failed_attempts_total',
      'Attempts of the HTTP client that the peer did not serve.',
      ({ failed }) => failed,
    ),
    {
      name: 'respite_client_held_back_total',
      help: 'Calls that the HTTP client did not send, by reason.',
      type: 'counter',
      series: [...byPeer].flatMap(([peer, { heldBack }]) =>
        HELD_BACK_REASONS.map((reason) => ({ labels: { peer, reason }, value: heldBack[reason] })),
      ),
    },
    {
      name: 'respite_client_dry_run_total',
      help: 'Decisions of the HTTP client that a dry run only counted; the counters of calls held back, retries and hedges contain them.',
      type: 'counter',
      series: [...byPeer].flatMap(([peer, { dryRun }]) =>
        DRY_RUN_DECISIONS.map((decision) => ({ labels: { peer, decision }, value: dryRun[decision] })),
      ),
    },
  ];
}
