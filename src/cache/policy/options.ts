import type { RequestRules } from './request.ts';

/** Options of the policy. Times in milliseconds. */
export interface PolicyOptions {
  readonly mode: RequestRules['mode'];
  /** Lower-case names of targeted fields, the first that is there wins over Cache-Control (RFC 9213, 2.1). */
  readonly targets: readonly string[];
  /**
   * How long past its freshness a response may be served on an error of the origin, unless the origin says for how long; only
   * one with a lifetime, or `public`.
   */
  readonly staleIfErrorMs: number;
  /** Responses with Set-Cookie are stored with their cookies, where all of it is one user's. */
  readonly storeSetCookie: boolean;
  /** Longest heuristic freshness (RFC 9111, 4.2.2). */
  readonly heuristicLimitMs: number;
  /** The part of a lifetime by which it may be shorter, at random, from 0 to 1. */
  readonly jitter: number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long past its freshness a response with a validator is kept for revalidation. */
  readonly retentionMs: number;
  /** Lower-case name of the response field that lists tags, separated by commas. */
  readonly tagField: string;
}
