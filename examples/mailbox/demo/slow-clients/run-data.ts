import type { WriterName } from '../../socket/writers.ts';

/** All that the table and the report show. Plain data. */
export interface SlowClientsRun {
  readonly generatedAt: string;
  readonly machine: string;
  readonly cores: string;
  readonly lengthMs: number;
  readonly memoryLimitBytes: number;
  readonly variants: readonly Variant[];
}

/** What became of one way to write. */
export interface Variant {
  readonly writer: WriterName;
  /** When its memory was over the limit; undefined if it never was. */
  readonly diedAtMs: number | undefined;
  readonly memoryPeakBytes: number;
  readonly points: readonly Point[];
}

export interface Point {
  readonly atMs: number;
  readonly memoryBytes: number;
  readonly fastBytesPerSecond: number;
  readonly slowBytesPerSecond: number;
  readonly pingMs: number;
}
