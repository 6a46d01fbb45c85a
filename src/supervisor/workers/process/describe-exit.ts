import path from 'node:path';
import { typescriptAdvice } from './typescript-advice.ts';
import type { Exit, LastWords } from './worker-end.ts';

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit({ code, signal, problem }: Exit): string {
  if (signal !== null) return `signal ${signal}`;
  if (code !== null) return `exit code ${code}`;
  return problem === undefined ? 'no process at all' : `no process at all (${problem})`;
}

/** The rest of a sentence that begins with the worker. */
export function describeEnd(exit: Exit, wasReady: boolean, hadToListen: boolean): string {
  const before = hadToListen ? ' before it listened' : ' before it was ready';
  return `ended with ${describeExit(exit)}${wasReady ? '' : before}`;
}

/**
 * Why a script never listened; undefined if it ended well, and so had nothing to serve.
 *
 * @param script Its path.
 * @param words What it said as it ended.
 */
export async function describeFailedStart(
  script: string,
  exit: Exit,
  { takenPort, hadToListen }: { readonly takenPort: string | undefined; readonly hadToListen: boolean },
  words: Promise<LastWords>,
): Promise<string | undefined> {
  if (exit.code === 0) return undefined;
  const ending = `${path.basename(script)} ${describeEnd(exit, false, hadToListen)}`;
  if (takenPort !== undefined) return `${ending}: ${takenPort} is already in use`;
  const advice = typescriptAdvice((await words).error, script);
  return advice === undefined ? ending : `${ending}: ${advice}`;
}
