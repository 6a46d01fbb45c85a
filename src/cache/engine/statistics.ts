/** What a cache has done since it was created. */
export interface CacheStats {
  /** Answered from the store without asking. */
  readonly hits: number;
  /** Answered from the store with something stale: while it was being revalidated, or as the origin was in trouble. */
  readonly stale: number;
  /** Nothing usable was stored. */
  readonly misses: number;
  /** Requests that the stored response had no part in: methods, credentials, `no-store`. */
  readonly bypasses: number;
  /** Stored responses that the origin was asked about. */
  readonly revalidations: number;
  /** Of those, answered by 304. */
  readonly notModified: number;
  /** Requests that waited for the answer to another. */
  readonly coalesced: number;
  /** Responses stored. */
  readonly stored: number;
  /** Operations of the store that failed. */
  readonly storeErrors: number;
  /** Requests to the origin under way that others can share. */
  readonly requestsInFlight: number;
  /** Bytes of bodies on their way that are held in memory. */
  readonly bytesInFlight: number;
}

/** What is counted one by one. */
export type CacheCounters = {
  -readonly [Name in Exclude<keyof CacheStats, 'requestsInFlight' | 'bytesInFlight'>]: CacheStats[Name];
};

/** All of it at the beginning. */
export function newCounters(): CacheCounters {
  return {
    hits: 0,
    stale: 0,
    misses: 0,
    bypasses: 0,
    revalidations: 0,
    notModified: 0,
    coalesced: 0,
    stored: 0,
    storeErrors: 0,
  };
}
