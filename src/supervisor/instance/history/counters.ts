// The counters of a worker that the console draws, in one typed array each time they are read.
import { CRITICALITIES, type Criticality } from '../../../admission/policy.ts';
import { SHED_REASONS, type ShedReason } from '../../../admission/stats.ts';
import type { WorkerSample } from '../../../worker/index.ts';

/**
 * `served`: answered, with no status of 429 or from 500 on. `answered5xx`: with 500 and above, refusals among them. And what was
 * refused, by reason and by class.
 */
export type Counter =
  | 'served'
  | 'answered5xx'
  | 'answered429'
  | 'wouldRefuse'
  | 'connections'
  | 'cacheFromStore'
  | 'cacheAsked'
  | 'evicted'
  | ShedReason
  | Criticality;

const COUNTERS: readonly Counter[] = [
  'served',
  'answered5xx',
  'answered429',
  'wouldRefuse',
  'connections',
  'cacheFromStore',
  'cacheAsked',
  'evicted',
  ...SHED_REASONS,
  ...CRITICALITIES,
];

const PLACES: ReadonlyMap<string, number> = new Map(COUNTERS.map((name, i) => [name, i]));

/** Results of the cache that needed nothing but a 304 from elsewhere. */
const FROM_STORE: ReadonlySet<string> = new Set(['hit', 'stale', 'revalidated']);

/** Where a counter stands in the array; the buckets of the durations of what was served follow the last one. */
export function placeOf(counter: Counter): number {
  return PLACES.get(counter) ?? -1;
}

export const FIRST_BUCKET: number = COUNTERS.length;

/** Reads each series once and keeps none of it: this runs for each worker, each second. */
export function readCounters({ admission, duration, instruments }: WorkerSample): Float64Array {
  const read = new Float64Array(FIRST_BUCKET + duration.boundsSeconds.length + 1);
  const add = (place: number | undefined, count: number): void => {
    if (place !== undefined) read[place] = (read[place] ?? 0) + count;
  };
  add(placeOf('connections'), admission.connectionsRefused);
  for (const { decision, reason, criticality, count } of admission.requests) {
    if (decision === 'would-shed') add(placeOf('wouldRefuse'), count);
    if (decision !== 'shed') continue;
    add(PLACES.get(reason), count);
    add(PLACES.get(criticality), count);
  }
  for (const { status, counts } of duration.series) {
    const isServed = status < 500 && status !== 429;
    const place = placeOf(isServed ? 'served' : status === 429 ? 'answered429' : 'answered5xx');
    for (let i = 0; i < counts.length; i += 1) {
      add(place, counts[i] ?? 0);
      if (isServed) add(FIRST_BUCKET + i, counts[i] ?? 0);
    }
  }
  for (const { name, series } of instruments) {
    if (name === 'respite_backpressure_evictions_total') {
      for (const { value } of series) add(placeOf('evicted'), value);
    } else if (name === 'respite_cache_requests_total') {
      for (const { labels, value } of series) {
        add(placeOf('cacheAsked'), value);
        if (FROM_STORE.has(labels['result'] ?? '')) add(placeOf('cacheFromStore'), value);
      }
    }
  }
  return read;
}
