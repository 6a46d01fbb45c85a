// What one run does, and what it saw.
import type { System } from './systems.ts';

export interface Drive {
  readonly system: System;
  /** Where requests go: the origin, or a proxy in front of it. */
  readonly base: string;
  readonly origin: string;
  readonly bytes: number;
  readonly atOnce: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export interface Driven {
  readonly perSecond: number;
  /** Of this process, for each hit. */
  readonly cpuMicroseconds: number;
  /** Requests that the origin has got: none, or these were no hits. */
  readonly askedMeanwhile: number;
}
