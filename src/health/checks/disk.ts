import type { FileHandle } from 'node:fs/promises';
import type { Finding, HealthCheck } from '../check.ts';

/** Which disk, and how much of it must be free. */
export interface DiskOptions {
  /** A directory on it that may be written to. Default the working directory. */
  readonly path?: string | undefined;
  /** With less than that it is full, in bytes. Default 10485760 (10 MiB), as Spring Boot's. */
  readonly minFreeBytes?: number | undefined;
}

/** What is written: a block of most file systems, so that one has to be found. */
const TRIAL = Buffer.alloc(4096, 'respite health check\n');

let lastTrial = 0;

/**
 * Checks that a disk has room and can be written: writes a small file and waits until it is on the disk.
 *
 * @example
 * ```ts
 * import { disk, health } from 'respite/health';
 *
 * health.add('disk', { check: disk({ path: '/var/lib/shop', minFreeBytes: 1_000_000_000 }) });
 * ```
 */
export function disk({ path = '.', minFreeBytes = 10 * 1024 * 1024 }: DiskOptions = {}): HealthCheck {
  return {
    peer: path,
    local: true,
    run: async (signal): Promise<Finding> => {
      const fs = process.getBuiltinModule('node:fs').promises;
      const { bavail, blocks, bsize } = await fs.statfs(path);
      const details = { path, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
      if (details.freeBytes < minFreeBytes) {
        const error = `${details.freeBytes} bytes free, ${minFreeBytes} wanted`;
        return { status: 'DOWN', trouble: 'disk-full', error, details };
      }
      if (!signal.aborted) await write(path);
      return { details };
    },
  };
}

async function write(directory: string): Promise<void> {
  const { join } = process.getBuiltinModule('node:path');
  const fs = process.getBuiltinModule('node:fs').promises;
  lastTrial += 1;
  const file = join(directory, `.respite-health-${process.pid}-${lastTrial}`);
  let handle: FileHandle | undefined;
  try {
    handle = await fs.open(file, 'wx', 0o600);
    // Gone before it is written: nothing is left, however this ends.
    await fs.unlink(file);
    await handle.writeFile(TRIAL);
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
