import type { ExitWord, UncaughtError, WatchdogReport } from '../../worker/index.ts';

/** How a worker process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What was said of a worker before it ended. */
export interface LastWords {
  /** The last error that nobody caught. */
  readonly error: UncaughtError | undefined;
  /** Node.js's own, undefined when it did not come to that. */
  readonly word: ExitWord | undefined;
  readonly report: WatchdogReport | undefined;
}
