import type { OrphanLimits } from './orphan.ts';

/** What the watchdog thread gets when it starts. */
export interface ThreadSetup {
  /** The memory of the main thread's `SharedState`. */
  readonly memory: SharedArrayBuffer;
  /** The pipe to the supervisor. */
  readonly descriptor: number;
  /** What `--max-old-space-size` was set to; undefined when it was not. */
  readonly heapMb: number | undefined;
  /** From this gap on the main thread's stack is taken; undefined for never. */
  readonly stackAfterMs: number | undefined;
  /** A blocked main thread is asked which request it is at. */
  readonly asksForSuspect: boolean;
  /** Process id of the supervisor, which is the parent of this process while it lives. */
  readonly supervisorPid: number;
  /** How long the process may go on without the supervisor. */
  readonly orphan: OrphanLimits;
}
