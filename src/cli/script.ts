import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, usageError } from './usage.ts';

const ENDINGS: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

/** The absolute path of the script to run. Throws a usage error that says what is needed when it cannot be run. */
export function resolveScript(cwd: string, given: string): string {
  const file = path.resolve(cwd, given);
  const kind = kindOf(file);
  if (kind === 'directory') throw usageError(`${file} is a directory, a script file is needed`);
  if (!ENDINGS.includes(path.extname(file))) {
    throw usageError(`${file} is no script, its name must end in ${ENDINGS.join(' ')}`);
  }
  if (kind === 'missing') throw usageError(`cannot find ${file}`);
  return file;
}

function kindOf(file: string): 'file' | 'directory' | 'missing' {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return 'missing';
    return stat.isDirectory() ? 'directory' : 'file';
  } catch (error) {
    throw usageError(`cannot read ${file}: ${describe(error)}`, error);
  }
}
