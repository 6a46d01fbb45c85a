/** What the policy can be told. Times in milliseconds. */
export interface PolicyOptions {
  /** `shared`: for many users. `private`: for one, whose credentials need no care (RFC 9111, 1). */
  readonly mode: 'shared' | 'private';
  /** Lower-case names of targeted fields, the first that is there wins over Cache-Control (RFC 9213, 2.1). */
  readonly targets: readonly string[];
  /** How long past its freshness a response may be served when the origin is in trouble and hasn't said for how long. */
  readonly staleIfErrorMs: number;
  /** Longest heuristic freshness (RFC 9111, 4.2.2). */
  readonly heuristicLimitMs: number;
  /** How long past its freshness a response with a validator is kept for revalidation. */
  readonly retentionMs: number;
  /** Lower-case name of the response field that lists tags, separated by commas. */
  readonly tagField: string;
}
