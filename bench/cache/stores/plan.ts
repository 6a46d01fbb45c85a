// What one run does, and what it saw.

export const BACKENDS = ['Redis', 'memcached'] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * The same bytes, by the same client: as they are, as the body of a Response that is read, as a record and its body, and as a
 * response of `fetch`.
 */
export const READERS = ['bare get', 'get as Response', 'store', 'fetch'] as const;
export type Reader = (typeof READERS)[number];

/** Responses of a backend that are to be stored. */
export interface Fill {
  readonly backend: Backend;
  readonly port: number;
  readonly keys: number;
}

/** Each reader in turn, again and again, so that what drifts on the machine hits all alike. */
export interface Read extends Fill {
  readonly atOnce: number;
  /** Of each reader. */
  readonly warmUpMs: number;
  readonly sliceMs: number;
  /** Of each reader. */
  readonly slices: number;
}

export interface Reading {
  readonly perSecond: number;
  /** Of this process, for each hit. */
  readonly cpuMicroseconds: number;
}

/** Slice by slice. */
export type Readings = Readonly<Record<Reader, readonly Reading[]>>;
