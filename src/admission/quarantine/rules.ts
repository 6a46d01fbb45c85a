// What the supervisor tells workers of requests in quarantine. Plain data: it travels between processes.

/** Whom a quarantine concerns: the same request again, requests of one shape by one caller, or requests of one shape. */
export type QuarantineScope = 'request' | 'caller' | 'everyone';

export interface QuarantineRule {
  readonly id: string;
  readonly scope: QuarantineScope;
  /** The fingerprint that matches. */
  readonly key: string;
  /** The fingerprint of the place of all that it matches. */
  readonly place: string;
  /** One request may pass, to see whether it still ends a worker. */
  readonly probes: boolean;
}

export interface QuarantineRules {
  /** Counts deaths: after each, what was told of requests that were answered has to be told again. */
  readonly version: number;
  /** A worker has died lately: requests should be known also in what their handlers wait for. */
  readonly isAlert: boolean;
  readonly rules: readonly QuarantineRule[];
  /** Fingerprints that a worker died on lately: does anything that has one of them get an answer? */
  readonly watched: readonly string[];
}

/** What a worker has learned from a request. */
export type QuarantineNews =
  /** Requests with these fingerprints were answered. */
  | { readonly kind: 'served'; readonly keys: readonly string[] }
  /** The request that was let through by this rule was answered. */
  | { readonly kind: 'probe-served'; readonly id: string };
