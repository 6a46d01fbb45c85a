import { mb } from '../../../core/units.ts';
import type { Finding } from './finding.ts';
import type { ResolvedDiskFull } from './disk-full-options.ts';

/** One file system, by a folder of ours that is on it. */
export interface DiskReading {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Files that it can still hold; undefined where there is no such limit. */
  readonly freeFiles: number | undefined;
}

/** Of a small disk this share is enough. */
const SMALL_SHARE = 0.01;

export function isFull(
  { freeBytes, totalBytes, freeFiles }: DiskReading,
  options: ResolvedDiskFull,
): boolean {
  return freeBytes < Math.min(options.freeBytes, SMALL_SHARE * totalBytes) || freeFiles === 0;
}

interface Found {
  readonly fullDisks: readonly DiskReading[];
  readonly finding: Finding | undefined;
}

/** Workers write logs, uploads, temporary files; another worker would find the disk as full. */
export function findDiskFull(disks: readonly DiskReading[], options: ResolvedDiskFull): Found {
  const fullDisks = disks.filter((disk) => isFull(disk, options));
  const [first] = fullDisks;
  if (first === undefined) return { fullDisks, finding: undefined };
  const finding: Finding = {
    cause: 'disk-full',
    severity: 'incident',
    summary: `the disk of ${first.path} is full: ${left(first)} left`,
    facts: fullDisks.map((disk) => `${disk.path}: ${left(disk)} of ${mb(disk.totalBytes)} MB left`),
  };
  return { fullDisks, finding };
}

function left({ freeBytes, freeFiles }: DiskReading): string {
  return freeFiles === 0 ? `room for no more file, ${mb(freeBytes)} MB` : `${mb(freeBytes)} MB`;
}
