import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Log } from '../../supervisor/index.ts';
import { fileNameOf, type Instance, processStart } from './instance.ts';

/**
 * Writes the instance file of this process into the first directory that takes it. Only this user can read it. Failure is logged, and
 * ends nothing: commands then need `--management`.
 *
 * @returns Removes the file.
 */
export function recordInstance(
  directories: readonly string[],
  instance: Pick<Instance, 'name' | 'script' | 'management' | 'version'>,
  log: Log,
): () => void {
  const { pid } = process;
  const complete: Instance = { ...instance, pid, processStart: processStart(pid), host: hostname() };
  const text = `${JSON.stringify(complete)}\n`;
  let problem: unknown;
  for (const directory of directories) {
    const file = path.join(directory, fileNameOf(complete));
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Renamed when it is whole, so that no command reads half of it.
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return () => removeOwn(file, text);
    } catch (error) {
      problem = error;
    }
  }
  log.info(
    { err: problem, directories },
    'could not write the instance file: commands find this instance only with --management; RESPITE_INSTANCES names another directory',
  );
  return () => {};
}

/** It may be another's by now: of a container that was given the same name. */
function removeOwn(file: string, text: string): void {
  try {
    if (readFileSync(file, 'utf8') === text) unlinkSync(file);
  } catch {
    // It is gone already, or the directory can't be written to any more: commands recognise the file as stale.
  }
}
