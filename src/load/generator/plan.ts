// A load run with every default filled in, as the generator's threads receive it: structured clones, so no functions.

/** A part of the run in which the rate is constant or changes linearly. */
export interface Segment {
  readonly durationMs: number;
  /** Requests per second. */
  readonly from: number;
  readonly to: number;
}

/** A path in parts: fixed text, and values of which each request draws one. */
export type PlannedPath = readonly (
  | string
  | { readonly from: number; readonly to: number }
  | readonly string[]
)[];

/** Requests at times that were recorded, instead of random ones. After a period they begin anew. */
export interface PlannedArrivals {
  readonly periodMs: number;
  /** Ascending, from 0 to the period. */
  readonly atMs: Float64Array;
  /** Indexes of the kinds. */
  readonly kinds: Uint16Array;
  /** Size of each body in bytes; 0 and below for none. */
  readonly bodyBytes: Float64Array;
}

export interface PlannedKind {
  /** `GET /path`. Kinds that differ only in headers or body share a name, and their figures. */
  readonly name: string;
  readonly weight: number;
  readonly method: string;
  readonly path: string;
  /** Of kinds whose requests differ in path or in the size of their bodies; `path` and `body` are not used then. */
  readonly variable?: PlannedPath | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface Target {
  readonly isSecure: boolean;
  /** The address to connect to: resolved once, so that no request waits for DNS. */
  readonly address: string;
  readonly port: number;
  /** The name in the URL, for SNI and certificates. */
  readonly hostname: string;
  /** `Host` or `:authority`. */
  readonly authority: string;
  readonly insecure: boolean;
}

export interface Plan {
  readonly target: Target;
  readonly segments: readonly Segment[];
  /** Undefined: random ones, at the rate of the segments. */
  readonly arrivals?: PlannedArrivals | undefined;
  readonly kinds: readonly PlannedKind[];
  readonly protocol: 'http/1.1' | 'h2';
  readonly connections: number;
  readonly newConnections: boolean;
  readonly slowShare: number;
  readonly slowBytesPerSecond: number;
  readonly obeyShare: number;
  readonly ignoreShare: number;
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  readonly seed: number;
}

export function durationOf({ segments }: Pick<Plan, 'segments'>): number {
  return segments.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
