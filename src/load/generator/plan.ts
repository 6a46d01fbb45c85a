// A load run with every default filled in, as the generator's threads receive it: structured clones, so no functions.

/** A part of the run in which the rate is constant or changes linearly. */
export interface Segment {
  readonly durationMs: number;
  /** Requests per second. */
  readonly from: number;
  readonly to: number;
}

export interface PlannedKind {
  /** `GET /path`. Kinds that differ only in headers or body share a name, and their figures. */
  readonly name: string;
  readonly weight: number;
  readonly method: string;
  readonly path: string;
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
