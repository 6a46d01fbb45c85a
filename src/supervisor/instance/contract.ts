// What the supervisor is given, and what can be asked of it.
import type { Captured, OnDemand } from '../incidents/evidence/captures.ts';
import type { InstanceMeasure } from './history/index.ts';
import type { History } from '../../core/history.ts';
import type { OnIncident } from '../incidents/incident.ts';
import type { TenantRates } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import type { Drills } from './drill/contract.ts';
import type { FleetRates } from './fleet/index.ts';
import type { ResolvedDrillOptions } from './drill/options.ts';
import type { ShapeRecorder } from './shape/contract.ts';
import type { ResolvedSupervisorOptions } from './options.ts';
import type { WorkerSettings } from '../workers/release/index.ts';
import type { ScriptMetrics } from '../workers/script-metrics/index.ts';
import type { HealthSource, SupervisorStatus } from './status.ts';
import type { HealedCause } from '../causes.ts';

/** What to run and how. */
export interface SupervisorConfig {
  /** Absolute path of the user's script. */
  readonly script: string;
  /** Working directory of the workers as the user reached it, symbolic links included. */
  readonly directory: string;
  /** The script's own arguments. */
  readonly args: readonly string[];
  readonly supervisor: ResolvedSupervisorOptions;
  /** Of the first workers. */
  readonly settings: WorkerSettings;
  /**
   * Those of the workers of a rolling restart, read now. Rejects with what is wrong with them: the restart is refused then.
   *
   * @param directory Working directory of these workers.
   */
  readonly readSettings: (directory: string) => Promise<WorkerSettings>;
  /** What drills may do. Default: drills are not allowed. */
  readonly drills?: ResolvedDrillOptions | undefined;
  readonly log: Log;
  /** Default: no indicators. */
  readonly health?: HealthSource | undefined;
  readonly onIncident?: OnIncident | undefined;
  /** The instance is ready (also once more after each rolling restart), restarts, or stops. */
  readonly onPhase?: ((phase: InstancePhase) => void) | undefined;
  /** Runs a healing when it is this instance's turn in its fleet. Default: at once. */
  readonly inTurn?:
    | ((cause: HealedCause, heal: () => Promise<string | undefined>) => Promise<string | undefined>)
    | undefined;
  /** Tells the fleet what tenants ask of this instance, and answers what they ask of all; undefined when there is no answer in time. Default: no fleet. */
  readonly exchangeRates?: ((rates: TenantRates) => Promise<FleetRates | undefined>) | undefined;
}

/** What a service manager is notified of. */
export type InstancePhase = 'ready' | 'restarting' | 'stopping';

/** How it all ended. `failure` says in one line what went wrong, undefined when it was asked to stop. */
export interface Ended {
  readonly exitCode: number;
  readonly failure: string | undefined;
}

/** The parent of the workers. Runs from `startSupervisor` until `ended`. */
export interface Supervisor {
  status(): SupervisorStatus;
  /** What the script measures with prom-client, over all workers, asked for now. Never rejects. */
  scriptMetrics(): Promise<ScriptMetrics>;
  /** Curves of the last hour; undefined until the first worker has been ready. */
  readonly history: History<InstanceMeasure> | undefined;
  /** Leaves the load balancer: readiness goes down for good; requests are still served. Does nothing the second time. */
  drain(): void;
  /** Ends a quarantine. Returns false if there is none of this id. */
  releaseQuarantine(id: string): boolean;
  /** Makes every worker, also those to come, refuse nothing and only count what it would refuse, or refuse again. */
  setDryRun(dryRun: boolean): void;
  /**
   * Replaces every worker, one slot after the other, each when its replacement is ready. Rejects with a `RespiteError`
   * when a replacement does not come up; its predecessor then stays. Does nothing while a restart is under way.
   *
   * @param script Absolute path of the script to run from now on. Default: the same. Its symbolic links are followed anew.
   */
  restart(script?: string): Promise<void>;
  /**
   * Leaves the load balancer, and stops when it sends no more requests; called again, or `stop` meanwhile, at once. Before
   * anything was ready it does not wait. The same signal within a second is the same request.
   */
  leave(signal: NodeJS.Signals): void;
  /**
   * Asks a worker that is there for something. Rejects with a `RespiteError`, `RESPITE_SUPERVISOR_CAPTURE_FAILED`, when it can't
   * tell.
   *
   * @param seconds For how long to look, for a profile.
   */
  capture(workerId: number, what: OnDemand, seconds: number): Promise<Captured>;
  /** Opens the drills. Rejects with `RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED` unless the configuration allows them. */
  drills(): Promise<Drills>;
  /** Recordings of the load shape. */
  readonly shapes: ShapeRecorder;
  /**
   * Sends `signal` to the workers whose code listens for it. Returns false when there are workers that serve and none of them does;
   * Node.js would then end.
   */
  passOn(signal: NodeJS.Signals): boolean;
  /** Ends gracefully, handing `signal` to the workers when they are drained; called again, at once, except for the same signal within a second. */
  stop(signal: NodeJS.Signals): void;
  /** Settles when no worker is left and none will come. Never rejects. */
  readonly ended: Promise<Ended>;
}
