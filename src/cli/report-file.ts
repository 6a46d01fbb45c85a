import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../core/errors.ts';
import { usageError } from './usage.ts';

/** Throws a usage error when a report can't be written to the file: better before a run of minutes than after it. */
export function assertWritable(flag: string, file: string | undefined): void {
  if (file === undefined) return;
  try {
    if (!existsSync(file)) accessSync(path.dirname(path.resolve(file)), constants.W_OK);
    else if (statSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    else accessSync(file, constants.W_OK);
  } catch (error) {
    throw usageError(`${flag}: cannot write ${file}: ${codeOf(error)}`, error);
  }
}

/** Does nothing where no file is named. */
export function writeReport(file: string | undefined, content: () => string): void {
  if (file === undefined) return;
  try {
    writeFileSync(file, content());
  } catch (error) {
    throw new RespiteError('RESPITE_CLI_OUTPUT', `cannot write ${file}: ${codeOf(error)}`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return code;
}
