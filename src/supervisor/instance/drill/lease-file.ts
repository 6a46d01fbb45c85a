import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeCrypto } from '../../../core/node-crypto.ts';

/** Memory first: a disk may be full, or read-only. */
const DIRECTORIES: readonly string[] = ['/dev/shm', tmpdir()];

/** A file that exists for as long as a fault is to last. A worker can look at it even while its event loop is blocked. */
export class LeaseFile {
  readonly path: string;
  readonly #remove = (): void => rmSync(this.path, { force: true });

  /** Throws when no directory takes it. */
  constructor() {
    const name = `respite-drill-${process.pid}-${nodeCrypto.randomUUID()}`;
    let problem: unknown;
    for (const directory of DIRECTORIES) {
      const file = path.join(directory, name);
      try {
        writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
        this.path = file;
        process.once('exit', this.#remove);
        return;
      } catch (error) {
        problem = error;
      }
    }
    throw problem;
  }

  remove(): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}
