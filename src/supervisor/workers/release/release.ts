import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../../../core/errors.ts';

/** One version of the user's program: what its paths led to when they were resolved. */
export interface Release {
  /** Absolute path of the script as the user gave it; may contain symbolic links. */
  readonly script: string;
  /** The file that it led to. */
  readonly file: string;
  /** Working directory of the workers, without symbolic links. */
  readonly directory: string;
}

const ENDINGS: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** Why `file`, an absolute path, can't be run as a script; undefined when it can. */
export function problemOfScript(file: string): string | undefined {
  let stat;
  try {
    stat = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    return `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (stat?.isDirectory() === true) return `${file} is a directory, a script file is needed`;
  if (!ENDINGS.includes(path.extname(file))) {
    return `${file} is no script, its name must end in ${ENDINGS.join(' ')}`;
  }
  return stat === undefined ? `cannot find ${file}` : undefined;
}

/**
 * Follows the symbolic links of a script and of the working directory, as they are now. Throws a `RespiteError` with code
 * `RESPITE_SUPERVISOR_RESTART_FAILED` when either is missing.
 */
export function resolveRelease(script: string, directory: string): Release {
  const problem = problemOfScript(script);
  if (problem !== undefined) throw new RespiteError('RESPITE_SUPERVISOR_RESTART_FAILED', problem);
  try {
    return { script, file: realpathSync(script), directory: realpathSync(directory) };
  } catch (error) {
    throw new RespiteError(
      'RESPITE_SUPERVISOR_RESTART_FAILED',
      `cannot resolve ${script} in ${directory}: ${String(error)}`,
      { cause: error },
    );
  }
}

/**
 * The working directory as the user reached it, symbolic links included: the kernel only knows what they led to. It is found
 * by the script's path when a link in that leads to a folder that contains the working directory, otherwise in `PWD`, which
 * shells set.
 *
 * @param cwd The working directory as the kernel knows it.
 * @param script Absolute path.
 */
export function directoryAsReached(cwd: string, script: string, pwd: string | undefined): string {
  for (let link = path.dirname(script); link !== path.dirname(link); link = path.dirname(link)) {
    const target = realPath(link);
    if (target === undefined || target === link) continue;
    const within = path.relative(target, cwd);
    if (within === '' || !(within.startsWith('..') || path.isAbsolute(within)))
      return path.join(link, within);
  }
  return pwd !== undefined && path.isAbsolute(pwd) && realPath(pwd) === cwd ? pwd : cwd;
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
