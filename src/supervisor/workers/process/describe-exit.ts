import path from 'node:path';
import type { Exit } from './worker-end.ts';

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'no process at all' : `exit code ${code}`;
}

/** The rest of a sentence that begins with the worker. */
export function describeEnd(exit: Exit, wasReady: boolean): string {
  return `ended with ${describeExit(exit)}${wasReady ? '' : ' before it listened'}`;
}

/**
 * Why a script never listened; undefined if it ended well, and so had nothing to serve.
 *
 * @param script Its path.
 */
export function describeFailedStart(script: string, exit: Exit, takenPort?: string): string | undefined {
  if (exit.code === 0) return undefined;
  const ending = `${path.basename(script)} ${describeEnd(exit, false)}`;
  return takenPort === undefined ? ending : `${ending}: ${takenPort} is already in use`;
}
