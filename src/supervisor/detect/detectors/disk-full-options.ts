import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { integer } from '../../../core/rules.ts';

/** When a disk is full, with every default filled in. */
export interface ResolvedDiskFull {
  /** A disk with less than that is full; less than 1 % of a small one. In bytes. Default 67108864 (64 MB). */
  readonly freeBytes: number;
}

/** When a disk is full. Only `undefined` means default. */
export type DiskFullOptions = OptionsOf<ResolvedDiskFull>;

const DISK_FULL: Declaration<ResolvedDiskFull> = Object.freeze({
  freeBytes: { rule: integer(0), byDefault: 64 * 1024 * 1024 },
});

export const diskFull: Rule<DiskFullOptions, ResolvedDiskFull> = object(DISK_FULL);
