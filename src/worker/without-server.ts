import type { ToSupervisor, WorkerSetup } from './protocol.ts';
import type { Readiness } from './readiness.ts';

/** A process that never listens is ready when it has not ended by then, in ms: a script that can't start ends before. */
const RUNS_AFTER_MS = 1000;

/** Makes a process ready that never listens: when it runs, or when its script says so. */
export function readyWithoutServer(
  { readyByMessage }: Pick<WorkerSetup, 'readyByMessage'>,
  readiness: Pick<Readiness, 'listens'>,
  tell: (message: ToSupervisor) => void,
): void {
  const runs = (): void => {
    readiness.listens();
    tell({ kind: 'runs' });
  };
  if (readyByMessage) runs();
  else setTimeout(runs, RUNS_AFTER_MS).unref();
}
