// Files that are read when Respite starts and not at a rolling restart: environment files of the supervisor's own Node.js.
import { statSync } from 'node:fs';

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
