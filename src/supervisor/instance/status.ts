import type { IndicatorReport } from '../../core/health-link.ts';
import type { IncidentCounts } from '../incidents/counts.ts';
import type { Incident } from '../incidents/incident.ts';
import type { QuarantineStatus } from '../quarantine/status.ts';
import type { FairnessStatus } from './fairness/status.ts';
import type { HeadroomStatus } from './headroom/index.ts';
import type { OutageStatus } from '../outage/status.ts';
import type {
  RestartCause,
  RestartStatus,
  SocketStatus,
  StandbyStatus,
  WorkerStatus,
  WorkerTotals,
} from '../workers/status.ts';

/** Where the instance as a whole stands. `draining`: asked to leave the load balancer, still serving. */
export type InstanceState = 'starting' | 'running' | 'draining' | 'stopping';

/** What the supervisor's own health indicators find. */
export interface HealthSource {
  /** Share of the workers that must be ready for the instance to be, 0 to 1; one at least. */
  readonly readyShare: number;
  /** What each has found last. */
  reports(): readonly IndicatorReport[];
}

/** Without indicators. */
export const NO_HEALTH: HealthSource = Object.freeze({ readyShare: 0, reports: () => [] });

/** Everything that management shows, as plain data. */
export interface SupervisorStatus {
  readonly state: InstanceState;
  readonly script: string;
  readonly startedAtMs: number;
  readonly workersWanted: number;
  /** Slots in ascending order; during a replacement both the old and the new worker of a slot. Standbys come last. */
  readonly workers: readonly WorkerStatus[];
  readonly standby: StandbyStatus;
  readonly sockets: readonly SocketStatus[];
  readonly restarts: Readonly<Record<RestartCause, number>>;
  /** Requests that had no whole answer when the time of a drain was over. */
  readonly cutRequests: number;
  /** The last ones, in the order in which something was learned about them. */
  readonly incidents: readonly Incident[];
  /** The small process that answers 503 while no worker takes requests, and how many clients it has answered so far. */
  readonly fallbackResponder: OutageStatus;
  /** What the indicators of the configuration have found last, and how many workers it takes. */
  readonly health: {
    readonly readyShare: number;
    readonly indicators: readonly IndicatorReport[];
  };
  readonly incidentCounts: IncidentCounts;
  /** True while a rolling restart is under way. */
  readonly restarting: boolean;
  /** The rolling restart under way, or the last one; undefined before the first. */
  readonly lastRestart: RestartStatus | undefined;
  /** True while admission refuses nothing and only counts. */
  readonly dryRun: boolean;
  /** Requests that are shed because requests like them have ended several workers. */
  readonly quarantine: QuarantineStatus;
  /** How sheddable requests are shared out between tenants. */
  readonly fairness: FairnessStatus;
  /** How much more the instance could do than it is asked for; undefined until the first worker has served. */
  readonly headroom?: HeadroomStatus | undefined;
  readonly totals: WorkerTotals;
}
