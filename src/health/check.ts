import type { HealthTrouble } from '../core/health-link.ts';

/** What a check found when it did not throw. To throw is to be down. */
export interface Finding {
  /** Default `UP`. `OUT_OF_SERVICE`: down on purpose, such as for maintenance. */
  readonly status?: 'UP' | 'DOWN' | 'OUT_OF_SERVICE' | undefined;
  /** Why it is down, in a few words. */
  readonly error?: string | undefined;
  /** Shown to those who may see details. JSON, small. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** What kind of fault it is. Default `dependency-down`. */
  readonly trouble?: HealthTrouble | undefined;
}

/** How to look at one thing: made by `disk`, `postgres`, `tcp`, `custom` and so on. */
export interface HealthCheck {
  /** What it looks at: `host:port`, a path; undefined when that is not known. */
  readonly peer: string | undefined;
  /** Looks at nothing outside of this machine, so that it may decide about liveness. */
  readonly local: boolean;
  /**
   * Looks once. Throws, or says, what is wrong. `signal` aborts at the time-out: whatever was opened is to be closed then, and
   * the promise to settle. It is not called again while two of its promises are pending.
   */
  readonly run: (signal: AbortSignal) => Promise<Finding | void>;
}

/** Options that checks of something outside have in common. */
export interface PeerOptions {
  /** What it is called in logs, incidents and metrics: `host:port`. Default: what the client says of itself. */
  readonly peer?: string | undefined;
}

/** Any function as a check: that throws when something is wrong, or returns a {@link Finding}. */
export function custom(
  run: (signal: AbortSignal) => Promise<Finding | void> | Finding | void,
  options: PeerOptions & {
    /** It looks at nothing outside of this machine. Default false. */
    readonly local?: boolean | undefined;
  } = {},
): HealthCheck {
  return { peer: options.peer, local: options.local ?? false, run: async (signal) => run(signal) };
}
