import path from 'node:path';
import { problemOfScript } from '../../supervisor/index.ts';
import { usageError } from '../usage.ts';

/** The absolute path of the script to run. Throws a usage error that says what is needed when it cannot be run. */
export function resolveScript(cwd: string, given: string): string {
  const file = path.resolve(cwd, given);
  const problem = problemOfScript(file);
  if (problem !== undefined) throw usageError(problem);
  return file;
}
