import { realpathSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../../../core/errors.ts';
import { mainFile } from './main-file.ts';
import type { WorkerSettings } from './settings.ts';

/** The user's program: what its paths led to when they were resolved. */
export interface Program {
  /** Absolute path of the script as the user gave it; may contain symbolic links. */
  readonly script: string;
  /** Absolute path that the script finds in `process.argv[1]`: `script`, unless that only starts another file, as pnpm's start scripts do. */
  readonly entry: string;
  /** The file that it led to. */
  readonly file: string;
  /** Working directory of the workers, without symbolic links. */
  readonly directory: string;
}

/** One version of what workers are: the program, and the settings that were read with it. */
export interface Release extends Program {
  readonly settings: WorkerSettings;
}

/** Why `script`, an absolute path, can't be run as a script; undefined when it can. */
export function problemOfScript(script: string): string | undefined {
  const main = mainFile(script);
  return 'problem' in main ? main.problem : undefined;
}

/**
 * Follows a script, as `node <script>` would, and the working directory, as they are now. Throws a `RespiteError` with code
 * `RESPITE_SUPERVISOR_RESTART_FAILED` when either is missing.
 */
export function resolveProgram(script: string, directory: string): Program {
  const main = mainFile(script);
  if ('problem' in main) {
    const message = `${main.problem}; nothing was restarted, and the old version goes on serving`;
    throw new RespiteError('RESPITE_SUPERVISOR_RESTART_FAILED', message);
  }
  const { entry, file } = main;
  try {
    return { script, entry, file: realpathSync(file), directory: realpathSync(directory) };
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
