// The file in which a worker counts. It has no name, so that nothing is left of it whatever happens to whom.
import { constants, openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeCrypto } from '../../../core/node-crypto.ts';

/** Memory, on Linux. Elsewhere the kernel keeps a file that is used in memory too, but may write it to its disk. */
const IN_MEMORY = '/dev/shm';

/** Undefined where no file can be made: then counters come with the samples, once a second. */
export function openCounterFile(directories: readonly string[] = [IN_MEMORY, tmpdir()]): number | undefined {
  for (const directory of directories) {
    const file = path.join(directory, `respite-${process.pid}-${nodeCrypto.randomUUID()}`);
    try {
      const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
      unlinkSync(file);
      return descriptor;
    } catch {
      // There is no such directory, or nothing may be written there.
    }
  }
  return undefined;
}
