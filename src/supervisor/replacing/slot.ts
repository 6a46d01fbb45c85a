import { NO_RESTARTS, type RestartHistory } from './restart-policy.ts';
import type { WorkerProcess } from '../process/worker-process.ts';

/** A place for one worker. Holds two while one replaces the other. */
export interface Slot {
  readonly number: number;
  /** The one that serves or is to serve; undefined between a death and a restart. */
  current: WorkerProcess | undefined;
  /** Started to take over from `current`, in a rolling restart. */
  replacement: WorkerProcess | undefined;
  history: RestartHistory;
  /** A restart that waits for its time. */
  restartTimer: NodeJS.Timeout | undefined;
  /** When that is, or was. */
  restartAtMs: number;
}

export function emptySlot(number: number): Slot {
  return {
    number,
    current: undefined,
    replacement: undefined,
    history: NO_RESTARTS,
    restartTimer: undefined,
    restartAtMs: 0,
  };
}
