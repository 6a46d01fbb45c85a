// What a drill is, what it is given, and what comes out of it.
import type { DrillFacts, Incident, SupervisorStatus } from '../../supervisor/index.ts';
import type { LoadOptions, LoadResult } from '../contract.ts';
import type { LikeOptions } from '../shape/contract.ts';
import type { FiredAlert } from './alerts/rules.ts';
import type { Management } from './instance/management.ts';

type IncidentCause = Incident['cause'];

/** An instance, as a drill finds it. */
export interface Site {
  readonly facts: DrillFacts;
  readonly status: SupervisorStatus;
  /** Where the steady load goes. */
  readonly url: URL;
  /** Requests per second of the steady load. */
  readonly rate: number;
  /** The steady load, where it follows what was recorded. */
  readonly like?: LikeOptions | undefined;
}

/** What is expected to happen. */
export interface Hypothesis {
  /** A sentence, for people. */
  readonly text: string;
  /** What incidents may be called; none: no incident may open. */
  readonly causes: readonly IncidentCause[];
  /** Maximum time from the fault to the incident, in ms. Undefined: an incident may open, and need not. */
  readonly detectedWithinMs: number | undefined;
  /** Minimum share of the requests that are served in time, from the fault to the end of its effects. */
  readonly goodput: number;
  /**
   * Maximum time until every worker is ready and every incident over, in ms: from the fault where Respite heals it, otherwise from the
   * moment at which the fault was reverted.
   */
  readonly recoveredWithinMs: number;
  /** Whether workers may be replaced. */
  readonly replaces: boolean;
}

/** When the fault is reverted. */
export interface Hold {
  /** Until an incident has opened, until it is over, for all the time, or until the drill's own task is done. */
  readonly until: 'detected' | 'healed' | 'time' | 'task';
  /** Maximum time, in ms. */
  readonly maxMs: number;
}

export interface Plan {
  readonly hypothesis: Hypothesis;
  readonly hold: Hold;
}

/** A fault that has begun. */
export interface Begun {
  /** Process ids of the workers that it was injected into. */
  readonly pids?: readonly number[] | undefined;
  /** Undoes it. Called once. */
  readonly revert?: (() => Promise<void>) | undefined;
  /** What the drill does meanwhile. @returns What went wrong in it, in a sentence; undefined when nothing did. */
  readonly task?: Promise<string | undefined> | undefined;
}

/** What a drill works with. */
export interface Stage {
  readonly site: Site;
  readonly management: Management;
  /** Aborted when the drill ends early. */
  readonly signal: AbortSignal;
  readonly load: (options: LoadOptions) => Promise<LoadResult>;
}

export interface Drill {
  readonly name: string;
  /** What is done to the instance. */
  readonly about: string;
  /** Why this instance can't be drilled so; undefined when it can. */
  readonly lacks?: ((site: Site) => string | undefined) | undefined;
  readonly plan: (site: Site) => Plan;
  /** Makes the fault possible, before anything is measured. @returns Undoes that. */
  readonly prepare?: ((stage: Stage) => Promise<Prepared>) | undefined;
  readonly begin: (stage: Stage, prepared: Prepared | undefined) => Promise<Begun>;
}

export interface Prepared {
  readonly restore: () => Promise<void>;
}

/** One thing that the hypothesis says, and whether it was so. */
export interface Check {
  readonly name:
    | 'detected'
    | 'cause'
    | 'goodput'
    | 'recovery'
    | 'replaced'
    | 'left-behind'
    | 'woken'
    | 'task';
  readonly held: boolean;
  /** A sentence about what was seen. */
  readonly text: string;
}

/** Why a drill ended before its time. */
export type StopReason = 'goodput-floor' | 'interrupted';

/** How a drill went. */
export interface DrillResult {
  readonly name: string;
  readonly about: string;
  readonly outcome: 'held' | 'failed' | 'skipped';
  /** Why it was skipped, or could not be carried out. */
  readonly reason?: string | undefined;
  readonly stopped?: StopReason | undefined;
  readonly hypothesis?: string | undefined;
  readonly checks: readonly Check[];
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly detectedAfterMs?: number | undefined;
  /** How long the faulty worker waited for a processor until it was detected: other programs had them. */
  readonly waitedMs?: number | undefined;
  readonly causes: readonly IncidentCause[];
  readonly goodput?: number | undefined;
  readonly recoveredAfterMs?: number | undefined;
  /** Time from the decision to revert to the instance's word that the fault is gone. */
  readonly revertMs?: number | undefined;
  /** Alerts that would have fired. */
  readonly alerts: readonly FiredAlert[];
  /** Good, and all, requests of each second, for the curve. */
  readonly seconds: readonly { readonly atMs: number; readonly offered: number; readonly good: number }[];
  /** When the fault began and when it was reverted, in ms from the beginning. */
  readonly faultMs?: readonly [number, number] | undefined;
}

/** What came of all drills. */
export interface DrillReport {
  readonly instance: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly results: readonly DrillResult[];
  /** Whether every hypothesis of those that were carried out held. */
  readonly held: boolean;
}
