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
  readonly run: (signal: AbortSignal) => Promise<Finding | boolean | void>;
  /**
   * Closes what the check itself keeps open between its runs, such as a connection that it made; not a client that was handed in.
   * Called when the indicator is taken away. Another run may follow, when the check is used again, and opens it again.
   */
  readonly close?: (() => Promise<void> | void) | undefined;
}

/** Options that checks of something outside have in common. */
export interface PeerOptions {
  /** What it is called in logs, incidents and metrics: `host:port`. Default: what the client says of itself. */
  readonly peer?: string | undefined;
}

/** Options of {@link custom}. */
export interface CustomOptions extends PeerOptions {
  /** The function looks at nothing outside of this machine, so that it may decide about liveness. Default false. */
  readonly local?: boolean | undefined;
  /** Closes what the function keeps open between its runs. Called when the indicator is taken away. */
  readonly close?: (() => Promise<void> | void) | undefined;
}

/**
 * Makes a check of any function. It is down when the function throws or returns false, up when it returns nothing or true; a
 * {@link Finding} says more. Whatever else it returns is down: a typo must not look healthy.
 *
 * @example
 * ```ts
 * import { custom, health } from 'respite/health';
 *
 * health.add('queue', { check: custom(async (signal) => (await queue.length(signal)) < 10_000) });
 * ```
 */
export function custom(
  run: (signal: AbortSignal) => Promise<Finding | boolean | void> | Finding | boolean | void,
  options: CustomOptions = {},
): HealthCheck {
  const { peer, local = false, close } = options;
  return { peer, local, run: async (signal) => run(signal), close };
}
