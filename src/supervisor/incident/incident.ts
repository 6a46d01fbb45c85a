import { fileURLToPath } from 'node:url';
import type { StackFrame, WatchdogReport } from '../../worker/index.ts';

/** What an incident is called. `unknown` is honest when it is. */
export type IncidentCause =
  | 'overload'
  | 'event-loop-blocked'
  | 'gc-death-spiral'
  | 'memory-leak'
  | 'stuck-requests'
  | 'dependency-down'
  | 'dependency-slow'
  | 'disk-full'
  | 'descriptors-exhausted'
  | 'crash'
  | 'killed-by-kernel'
  | 'cpu-starved'
  | 'start-failed'
  | 'unknown';

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

/** Where this package is, as frames of ESM and of CommonJS name it. */
const OWN = [new URL('../..', import.meta.url).href, fileURLToPath(new URL('../..', import.meta.url))];

/** The innermost function that is neither Node.js's nor ours, as `name (file:line)`. */
export function culprit(frames: readonly StackFrame[]): string | undefined {
  const frame = frames.find(
    ({ url }) => url !== '' && !url.startsWith('node:') && !OWN.some((own) => url.startsWith(own)),
  );
  if (frame === undefined) return undefined;
  const file = frame.url.replace(/^file:\/\//, '');
  return `${frame.functionName === '' ? 'an anonymous function' : frame.functionName} (${file}:${frame.line})`;
}
