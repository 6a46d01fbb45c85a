import type { Cores } from './cores.ts';
import type { DemoOptions } from './options.ts';
import type { ProgressLine } from './progress.ts';

/** What every demonstration has to work with. */
export interface Stage {
  readonly options: DemoOptions;
  /** Aborted when the user has seen enough. */
  readonly signal: AbortSignal;
  /** For whatever is written; it goes afterwards. */
  readonly directory: string;
  readonly progress: ProgressLine;
  readonly cores: Cores;
  /** For people, in the report. */
  readonly machine: string;
  /** On the clock of `performance.now()`. */
  readonly startedAtMs: number;
}

/** Plays something, prints a table, and writes a report. */
export type Demonstration = (stage: Stage) => Promise<void>;
