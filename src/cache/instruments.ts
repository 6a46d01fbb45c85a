// The cache's metrics.
import { addInstruments, type Instrument } from '../core/instruments.ts';
import {
  type Counted,
  STORE_OPERATIONS,
  type StoreTallies,
  type StoreTally,
} from './engine/counted-store.ts';
import { CACHE_RESULTS } from './engine/statistics.ts';

/** Has a cache's numbers shown. Returns what ends it. */
export function showInstruments(counted: Counted): () => void {
  // Here, and not where the cache is: a closure keeps all that is around it.
  return addInstruments(() => cacheInstruments(counted));
}

export function cacheInstruments({ counters, tallies }: Counted): readonly Instrument[] {
  return [
    {
      name: 'respite_cache_requests_total',
      help: 'Requests to the HTTP cache by how they were answered.',
      type: 'counter',
      series: CACHE_RESULTS.map((result) => ({ labels: { result }, value: counters.requests[result] })),
    },
    single(
      'respite_cache_revalidations_total',
      'Times that an origin was asked about something stored.',
      counters.revalidations,
    ),
    single(
      'respite_cache_coalesced_requests_total',
      'Requests to the HTTP cache that waited for the answer to another.',
      counters.coalesced,
    ),
    single(
      'respite_cache_served_bytes_total',
      'Bytes of bodies that were answered from the store of the HTTP cache.',
      counters.servedBytes,
    ),
    single(
      'respite_cache_stored_bytes_total',
      'Bytes of bodies that the HTTP cache has stored.',
      counters.storedBytes,
    ),
    byOperation(
      'respite_cache_store_operations_total',
      'Operations of the store of the HTTP cache.',
      tallies,
      ({ operations }) => operations,
    ),
    byOperation(
      'respite_cache_store_errors_total',
      'Operations of the store of the HTTP cache that failed.',
      tallies,
      ({ errors }) => errors,
    ),
    byOperation(
      'respite_cache_store_seconds_total',
      'Time that operations of the store of the HTTP cache took, in seconds; 0 in memory.',
      tallies,
      ({ seconds }) => seconds,
    ),
  ];
}

function single(name: string, help: string, value: number): Instrument {
  return { name, help, type: 'counter', series: [{ labels: {}, value }] };
}

function byOperation(
  name: string,
  help: string,
  tallies: StoreTallies,
  read: (tally: StoreTally) => number,
): Instrument {
  const series = STORE_OPERATIONS.map((operation) => ({
    labels: { operation },
    value: read(tallies[operation]),
  }));
  return { name, help, type: 'counter', series };
}
