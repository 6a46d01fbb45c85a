// Every cause of an incident, in one table. Types, counters, and what is done about a cause follow from it; a structure test compares
// the documents with it.

/**
 * - `healed`: a worker is replaced for it while it still runs;
 * - `end`: a program ends in this way; when its replacement ends in another one, that is the same fault;
 * - `memory`: a heap profile names the functions to blame;
 * - `urgent`: healing hardly waits for evidence, because the worker serves no client, or has no time.
 */
type Trait = 'healed' | 'end' | 'memory' | 'urgent';

const TABLE = {
  overload: [],
  'event-loop-blocked': ['healed', 'urgent'],
  'gc-death-spiral': ['healed', 'memory', 'urgent'],
  'memory-leak': ['healed', 'memory'],
  'stuck-requests': ['healed'],
  'server-closed': ['healed'],
  'dependency-down': [],
  'dependency-slow': [],
  'disk-full': [],
  'descriptors-exhausted': ['healed'],
  crash: ['end', 'urgent'],
  'killed-by-kernel': ['end'],
  'cpu-starved': [],
  'start-failed': ['end'],
  'deploy-failed': [],
  unknown: [],
} as const;

/** What an incident is called. `unknown` is honest when it is. */
export type IncidentCause = keyof typeof TABLE;

/** Faults for which a worker is replaced while it still runs. */
export type HealedCause = {
  [Name in IncidentCause]: 'healed' extends (typeof TABLE)[Name][number] ? Name : never;
}[IncidentCause];

export const CAUSES: readonly IncidentCause[] = Object.keys(TABLE) as IncidentCause[];

export const HEALED_CAUSES: readonly HealedCause[] = CAUSES.filter(isHealed);

export function isHealed(cause: IncidentCause): cause is HealedCause {
  return hasTrait(cause, 'healed');
}

export function hasTrait(cause: IncidentCause, trait: Trait): boolean {
  return (TABLE[cause] as readonly Trait[]).includes(trait);
}

/** The same number for each cause. */
export function zeroes<Cause extends string>(causes: readonly Cause[]): Record<Cause, number> {
  return Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
}
