// Files that are read when Respite starts and not at a rolling restart: the configuration, and environment files that Node.js was given.
import { statSync } from 'node:fs';
import path from 'node:path';

const ENV_FILE = /^--env-file(?:-if-exists)?(?:=(.*))?$/;

/** The environment files among Node.js's own options, as absolute paths. */
export function envFiles(execArgv: readonly string[], cwd: string): readonly string[] {
  const files: string[] = [];
  for (const [i, option] of execArgv.entries()) {
    const found = ENV_FILE.exec(option);
    const name = found === null ? undefined : (found[1] ?? execArgv[i + 1]);
    if (name !== undefined) files.push(path.resolve(cwd, name));
  }
  return files;
}

export class ReadOnce {
  readonly #states = new Map<string, string>();

  /** @param files Absolute paths. */
  constructor(files: readonly string[]) {
    for (const file of files) this.#states.set(file, stateOf(file));
  }

  /** Those that are not what they were when this was last asked, or at first when it was made. */
  changed(): readonly string[] {
    const found: string[] = [];
    for (const [file, before] of this.#states) {
      const now = stateOf(file);
      if (now === before) continue;
      this.#states.set(file, now);
      found.push(file);
    }
    return found;
  }
}

function stateOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'not there';
  }
}
