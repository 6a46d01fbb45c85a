import { integer } from '../../../core/validate.ts';
import { complete } from './given.ts';

export interface DiskFullOptions {
  /** A disk with less than that is full; less than 1 % of a small one. In bytes. Default 67108864 (64 MB). */
  readonly freeBytes?: number | undefined;
}

export interface ResolvedDiskFull {
  readonly freeBytes: number;
}

export const DISK_FULL: ResolvedDiskFull = Object.freeze({ freeBytes: 64 * 1024 * 1024 });

export function resolveDiskFull(given: DiskFullOptions): ResolvedDiskFull {
  const option = 'supervisor.detect.diskFull';
  return { freeBytes: integer(`${option}.freeBytes`, complete(option, given, DISK_FULL).freeBytes, 0) };
}
