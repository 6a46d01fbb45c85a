import type { StackFrame, WatchdogReport } from '../../worker/index.ts';
import type { IncidentCause } from '../causes.ts';

/** `recovered`: service is as it was before. `unresolved`: what was to be done could not be done. */
export type IncidentOutcome = 'recovered' | 'unresolved';

/** Something that was done or seen, and when. */
export interface IncidentStep {
  readonly atMs: number;
  /** A sentence. */
  readonly what: string;
}

/** One fault of one worker, from the moment it was named to the moment that service is back. Plain data; each change is a new object. */
export interface Incident {
  /** Sorts by time, and is a name that any file system takes. */
  readonly id: string;
  readonly cause: IncidentCause;
  /** One sentence that names the cause and the facts that led to it. */
  readonly summary: string;
  readonly worker: { readonly id: number; readonly slot: number; readonly pid: number };
  readonly openedAtMs: number;
  /** When the worker was gone and another one in its place; undefined while it is open. */
  readonly endedAtMs: number | undefined;
  /** How it ended; undefined while it is open. */
  readonly outcome?: IncidentOutcome | undefined;
  readonly steps: readonly IncidentStep[];
  /** What the cause was concluded from: one sentence each, the most telling first. */
  readonly facts: readonly string[];
  /** What the watchdog said when the incident was opened; undefined where it had not said anything yet. */
  readonly report: WatchdogReport | undefined;
  /** Where the main thread stood, innermost function first; undefined when that is not, or not yet, known. */
  readonly stack: readonly StackFrame[] | undefined;
}

/** Called when an incident opens, whenever more of it is known, and when it ends. Must neither throw nor take long. */
export type OnIncident = (incident: Incident) => void;
