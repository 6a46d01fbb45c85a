import type { System } from './systems.ts';

export interface Plan {
  readonly system: System;
  readonly origin: string;
  readonly bytes: number;
  readonly keys: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Read {
  readonly perSecond: number;
  /** Requests that the origin has got: none, or these were no hits. */
  readonly askedMeanwhile: number;
}
