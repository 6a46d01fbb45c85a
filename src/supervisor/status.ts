import type { IndicatorReport } from '../core/health-link.ts';
import type { WatchdogReport, WorkerSample } from '../worker/index.ts';
import type { IncidentCounts } from './incident/counts.ts';
import type { Incident, IncidentCause } from './incident/incident.ts';

/** Where the instance as a whole stands. `draining`: asked to leave the load balancer, still serving. */
export type InstanceState = 'starting' | 'running' | 'draining' | 'stopping';

/** Where one worker process stands. `unresponsive`: ready before, but its event loop is blocked, or its requests are stuck. */
export type WorkerState = 'starting' | 'ready' | 'unresponsive' | 'draining';

export interface WorkerStatus {
  /** 1 for the first worker ever started, counting up; never used twice. */
  readonly id: number;
  /** 1 to the number of workers: the place it fills. A replacement takes over its predecessor's slot. */
  readonly slot: number;
  readonly pid: number;
  /** How many have filled its place before. */
  readonly restarts: number;
  readonly state: WorkerState;
  readonly startedAtMs: number;
  /** Undefined until it listens. */
  readonly readyAtMs: number | undefined;
  /** Undefined until its first sample arrives. */
  readonly sample: WorkerSample | undefined;
  readonly sampleAgeMs: number | undefined;
  /** The last word of its watchdog, undefined before the first. */
  readonly report: WatchdogReport | undefined;
  /** What the user's health indicators in this worker have found last. */
  readonly health: readonly IndicatorReport[];
}

/** A listening socket that the supervisor holds. */
export interface SocketStatus {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
}

/** What the supervisor's own health indicators find. */
export interface HealthSource {
  /** Share of the workers that must be ready for the instance to be, 0 to 1; one at least. */
  readonly readyShare: number;
  /** What each has found last. */
  reports(): readonly IndicatorReport[];
}

/** Without indicators. */
export const NO_HEALTH: HealthSource = Object.freeze({ readyShare: 0, reports: () => [] });

/** Faults for which a worker is replaced while it still runs. */
export type HealedCause = Extract<
  IncidentCause,
  'event-loop-blocked' | 'gc-death-spiral' | 'memory-leak' | 'stuck-requests' | 'descriptors-exhausted'
>;

const HEALED: ReadonlySet<IncidentCause> = new Set<HealedCause>([
  'event-loop-blocked',
  'gc-death-spiral',
  'memory-leak',
  'stuck-requests',
  'descriptors-exhausted',
]);

export function isHealed(cause: IncidentCause): cause is HealedCause {
  return HEALED.has(cause);
}

/** Why a worker was replaced. `exit`: it ended by itself; `signal`: killed; `rolling`: asked for with SIGHUP or POST /restart. */
export type RestartCause = 'exit' | 'signal' | 'rolling' | HealedCause;

export const NO_RESTARTS_YET: Readonly<Record<RestartCause, number>> = Object.freeze({
  exit: 0,
  signal: 0,
  rolling: 0,
  'event-loop-blocked': 0,
  'gc-death-spiral': 0,
  'memory-leak': 0,
  'stuck-requests': 0,
  'descriptors-exhausted': 0,
});

/** Everything that management shows, as plain data. */
export interface SupervisorStatus {
  readonly state: InstanceState;
  readonly script: string;
  readonly startedAtMs: number;
  readonly workersWanted: number;
  /** Slots in ascending order; during a replacement both the old and the new worker of a slot. */
  readonly workers: readonly WorkerStatus[];
  readonly sockets: readonly SocketStatus[];
  readonly restarts: Readonly<Record<RestartCause, number>>;
  /** The last ones, in the order in which something was learned about them. */
  readonly incidents: readonly Incident[];
  /** The small process that answers 503 while no worker takes requests, and how many clients it has answered so far. */
  readonly standIn: { readonly isPresent: boolean; readonly answered: number };
  /** What the indicators of the configuration have found last, and how many workers it takes. */
  readonly health: {
    readonly readyShare: number;
    readonly indicators: readonly IndicatorReport[];
  };
  readonly incidentCounts: IncidentCounts;
  /** True while a rolling restart is under way. */
  readonly restarting: boolean;
  /** True while admission refuses nothing and only counts. */
  readonly dryRun: boolean;
  /** Counters of all workers that ever lived, summed, so that they never go down. */
  readonly totals: Pick<WorkerSample, 'duration' | 'instruments'> &
    Pick<WorkerSample['admission'], 'requests' | 'connectionsRefused'>;
}
