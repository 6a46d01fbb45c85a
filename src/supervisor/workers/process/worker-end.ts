import type { ChildProcess } from 'node:child_process';
import { killGroupOf, killProcessGroup } from '../../../core/process-group.ts';
import type { ExitWord, UncaughtError, WatchdogReport } from '../../../worker/index.ts';

/** How a worker process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why there was no process at all. */
  readonly problem?: string | undefined;
}

/** What was said of a worker before it ended. */
export interface LastWords {
  /** The last uncaught error. */
  readonly error: UncaughtError | undefined;
  /** Node.js's own, undefined when it did not come to that. */
  readonly word: ExitWord | undefined;
  readonly report: WatchdogReport | undefined;
}

/** Signals that ask a process to end. Their sender may have asked the worker's own processes too. */
const POLITE: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP']);

/** Calls back once: when a process has ended, or could not be started. */
export function onceEnded(child: ChildProcess, ended: (exit: Exit) => void): void {
  child.once('exit', (code, signal) => ended({ code, signal }));
  // Also of each message that could not be sent to a process that has just ended.
  child.on('error', ({ message }) => {
    if (child.pid === undefined) ended({ code: null, signal: null, problem: message });
  });
}

/**
 * Kills a worker and the processes of its group.
 *
 * @returns Whether it was still there.
 */
export function killWorker({ pid = 0, exitCode, signalCode }: ChildProcess): boolean {
  const isThere = exitCode === null && signalCode === null;
  // A number that is given back may be another process's by now.
  if (isThere) killProcessGroup(pid);
  return isThere;
}

/**
 * Whether the processes that a worker has started and not detached end with it: when it had no chance to end them itself.
 * After a drain, `process.exit(0)` or a signal that asked it to end, they are what the script meant to leave behind.
 *
 * @param wasToEnd It was being drained.
 */
export function takesOffspringAlong({ code, signal }: Exit, wasToEnd: boolean): boolean {
  return signal === 'SIGKILL' || !(wasToEnd || code === 0 || POLITE.has(signal));
}

/** To be called as soon as a worker has ended. */
export function endOffspring(pid: number, exit: Exit, wasToEnd: boolean): void {
  if (takesOffspringAlong(exit, wasToEnd)) killGroupOf(pid);
}
