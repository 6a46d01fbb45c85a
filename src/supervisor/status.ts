import type { WatchdogReport, WorkerSample } from '../worker/index.ts';
import type { IncidentCounts } from './incident/counts.ts';
import type { Incident, IncidentCause } from './incident/incident.ts';

/** Where the instance as a whole stands. `draining`: asked to leave the load balancer, still serving. */
export type InstanceState = 'starting' | 'running' | 'draining' | 'stopping';

/** Where one worker process stands. `unresponsive`: ready before, but its samples have stopped (its event loop is blocked). */
export type WorkerState = 'starting' | 'ready' | 'unresponsive' | 'draining';

export interface WorkerStatus {
  /** 1 for the first worker ever started, counting up; never used twice. */
  readonly id: number;
  /** 1 to the number of workers: the place it fills. A replacement takes over its predecessor's slot. */
  readonly slot: number;
  readonly pid: number;
  readonly state: WorkerState;
  readonly startedAtMs: number;
  /** Undefined until it listens. */
  readonly readyAtMs: number | undefined;
  /** Undefined until its first sample arrives. */
  readonly sample: WorkerSample | undefined;
  readonly sampleAgeMs: number | undefined;
  /** The last word of its watchdog, undefined before the first. */
  readonly report: WatchdogReport | undefined;
}

/** A listening socket that the supervisor holds. */
export interface SocketStatus {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
}

/** Faults for which a worker is replaced while it still runs. */
export type HealedCause = Extract<IncidentCause, 'event-loop-blocked' | 'gc-death-spiral'>;

/** Why a worker was replaced. `exit`: it ended by itself; `signal`: killed; `rolling`: asked for with SIGHUP or POST /restart. */
export type RestartCause = 'exit' | 'signal' | 'rolling' | HealedCause;

export const NO_RESTARTS_YET: Readonly<Record<RestartCause, number>> = Object.freeze({
  exit: 0,
  signal: 0,
  rolling: 0,
  'event-loop-blocked': 0,
  'gc-death-spiral': 0,
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
  readonly incidentCounts: IncidentCounts;
  /** True while a rolling restart is under way. */
  readonly restarting: boolean;
  /** True while admission refuses nothing and only counts. */
  readonly dryRun: boolean;
  /** Counters of all workers that ever lived, summed, so that they never go down. */
  readonly totals: Pick<WorkerSample, 'duration'> &
    Pick<WorkerSample['admission'], 'requests' | 'connectionsRefused'>;
}
