import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { DiskReading } from '../detectors/index.ts';

/** The file systems of these folders; one that can't be looked at is left out. */
export async function readDisks(
  paths: readonly string[] = [process.cwd(), tmpdir()],
): Promise<DiskReading[]> {
  const readings = await Promise.all(
    paths.map(async (path): Promise<DiskReading | undefined> => {
      const found = await statfs(path).catch(() => undefined);
      if (found === undefined || found.blocks === 0) return undefined;
      const { bsize, bavail, blocks, files, ffree } = found;
      return {
        path,
        freeBytes: bavail * bsize,
        totalBytes: blocks * bsize,
        freeFiles: files === 0 ? undefined : ffree,
      };
    }),
  );
  return readings.filter((reading) => reading !== undefined);
}
