import type { Exit } from './worker-end.ts';
import type { WorkerProcess } from './worker-process.ts';

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'no process at all' : `exit code ${code}`;
}

/** Why a script never listened; undefined if it ended well, and so had nothing to serve. */
export function describeFailedStart(script: string, exit: Exit, takenPort?: string): string | undefined {
  if (exit.code === 0) return undefined;
  const ending = `${script} ended with ${describeExit(exit)} before it listened`;
  return takenPort === undefined ? ending : `${ending}: ${takenPort} is already in use`;
}

/** Waits until a worker is ready. Says what went wrong if it doesn't come to that. */
export async function comesUp(worker: WorkerProcess, timeoutMs: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const timer = setTimeout(() => resolve(`did not listen within ${timeoutMs / 1000} s`), timeoutMs);
  worker.once('ready', () => resolve(undefined));
  worker.once('exit', (exit) => resolve(`ended with ${describeExit(exit)} before it listened`));
  const problem = await promise;
  clearTimeout(timer);
  return problem;
}
