import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { RespiteError } from '../../core/errors.ts';
import type { LoadShape } from '../../load/index.ts';
import { formatShape } from '../../load/shape/index.ts';

/** Writes a shape file, whole or not at all: under another name first, which then becomes its own. @returns Its size in bytes. */
export function writeShape(file: string, shape: LoadShape): number {
  const temporary = `${file}.new-${process.pid}`;
  let bytes = 0;
  try {
    const descriptor = openSync(temporary, 'wx', 0o600);
    try {
      for (const piece of formatShape(shape)) bytes += writeSync(descriptor, piece);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
    return bytes;
  } catch (error) {
    rmSync(temporary, { force: true });
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new RespiteError('RESPITE_CLI_SHAPE', `cannot write ${file}: ${code}`, { cause: error });
  }
}
