// A drill file: one drill with the load that goes on meanwhile and the causes that are expected.
import type { Incident } from '../../../supervisor/index.ts';

export const DRILL_FORMAT = 'respite-drill';
export const DRILL_VERSION = 1;

/** Maximum number of requests of all steps. */
export const MAX_DRILL_REQUESTS = 1_000_000;

/** Requests by step and route. */
export interface DrillLoad {
  /** How long a step is, in ms. After the last one the first begins anew. */
  readonly stepMs: number;
  /** `GET /users/:id`; `GET *` where no route is known. */
  readonly routes: readonly string[];
  /** Requests of each step by route. */
  readonly steps: readonly (readonly number[])[];
}

export interface DrillFile {
  readonly format: typeof DRILL_FORMAT;
  readonly version: typeof DRILL_VERSION;
  /** What reports call it. */
  readonly name: string;
  /** Name of a drill that `respite drill --list` shows. */
  readonly drill: string;
  /** What the incident has to be called: one of these. */
  readonly causes: readonly Incident['cause'][];
  /** Left out: the steady load of `--rate` and `--path`. */
  readonly load?: DrillLoad | undefined;
  /** The incident that it was made of. */
  readonly incident?: { readonly id: string; readonly openedAt: string } | undefined;
}
