import type { WorkerAdmissions } from './admissions.ts';
import type { ToSupervisor, WorkerSetup } from './protocol.ts';
import { type SharedState, startWatchdog } from './watchdog/index.ts';

/** Starts the watchdog of this process at the first call; does nothing where there is none. */
export function watchOnce(
  setup: WorkerSetup['watchdog'],
  watched: SharedState,
  admissions: WorkerAdmissions,
  tell: (message: ToSupervisor) => void,
): () => void {
  let isWatched = false;
  return () => {
    if (isWatched || setup === undefined) return;
    isWatched = true;
    startWatchdog(watched, {
      setup,
      inFlight: () => admissions.active,
      completions: () => admissions.completed,
      abandoned: () => admissions.abandoned,
      waiting: () => admissions.waiting,
      onUnwatched: (reason) => tell({ kind: 'unwatched', reason }),
    });
  };
}
