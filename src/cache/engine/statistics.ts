/**
 * How a request was answered:
 * - `hit`: from the store, without asking.
 * - `stale`: from the store with something stale, while it was being revalidated or as the origin was in trouble.
 * - `revalidated`: from the store, after the origin said that it is still right.
 * - `expired`: by the origin, which had something else than what is stored.
 * - `miss`: by the origin, as nothing usable was stored.
 * - `bypass`: by the origin, what is stored had no part in it: methods, credentials, `no-store`.
 * - `unavailable`: by 504, as nothing may be served and the origin is not to be asked or can't be.
 * - `failed`: not at all; the caller got an error, or has gone.
 */
export type CacheResult = (typeof CACHE_RESULTS)[number];

export const CACHE_RESULTS = [
  'hit',
  'stale',
  'revalidated',
  'expired',
  'miss',
  'bypass',
  'unavailable',
  'failed',
] as const;

/** What a cache has done since it was created. */
export interface CacheStats {
  /** Requests by how they were answered. Their sum is all of them that have ended. */
  readonly requests: Readonly<Record<CacheResult, number>>;
  /** Times that the origin was asked about something stored, in the background too. */
  readonly revalidations: number;
  /** Of those, answered by 304. */
  readonly notModified: number;
  /** Requests that waited for the answer to another. */
  readonly coalesced: number;
  /** Bytes of bodies that were answered from the store. */
  readonly servedBytes: number;
  /** Responses stored. */
  readonly stored: number;
  /** Bytes of their bodies. */
  readonly storedBytes: number;
  /** Operations of the store that failed. */
  readonly storeErrors: number;
  /** Requests to the origin under way that others can share. */
  readonly requestsInFlight: number;
  /** Bytes of bodies on their way that are held in memory. */
  readonly bytesInFlight: number;
}

/** What is counted one by one, besides what the store does. */
export interface CacheCounters {
  readonly requests: Record<CacheResult, number>;
  revalidations: number;
  notModified: number;
  coalesced: number;
  servedBytes: number;
  stored: number;
  storedBytes: number;
}

/** All of it at the beginning. */
export function newCounters(): CacheCounters {
  return {
    requests: {
      hit: 0,
      stale: 0,
      revalidated: 0,
      expired: 0,
      miss: 0,
      bypass: 0,
      unavailable: 0,
      failed: 0,
    },
    revalidations: 0,
    notModified: 0,
    coalesced: 0,
    servedBytes: 0,
    stored: 0,
    storedBytes: 0,
  };
}
