import { open, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Lease } from './lease.ts';

const CHUNK: Buffer = Buffer.alloc(1024 * 1024, 1);

/** Takes all room on the disk of a directory. The file has no name, so the kernel frees it when the process ends, however it ends. */
export async function fillDisk(lease: Lease, directory: string): Promise<void> {
  const name = path.join(directory, `respite-drill-${process.pid}`);
  const file = await open(name, 'wx', 0o600);
  try {
    await unlink(name);
    lease.whenOver(() => void file.close().catch(() => {}));
    while (lease.isHeld) await file.write(CHUNK);
  } catch {
    // The disk is full, which is what was to happen, or the lease has ended.
  }
}
