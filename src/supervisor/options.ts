import { availableParallelism } from 'node:os';
import { boolean, integer, integerOr, knownKeys } from '../core/validate.ts';
import {
  type BalancerOptions,
  DEFAULTS as BALANCER_DEFAULTS,
  type ResolvedBalancerOptions,
  resolveBalancerOptions,
} from './balancer/options.ts';
import {
  DEFAULTS as DETECT_DEFAULTS,
  type DetectOptions,
  type ResolvedDetectOptions,
  resolveDetectOptions,
} from './detect/options.ts';
import {
  DEFAULTS as INCIDENTS_DEFAULTS,
  type IncidentsOptions,
  type ResolvedIncidentsOptions,
  resolveIncidentsOptions,
} from './evidence/options.ts';
import { type FleetOptions, type ResolvedFleetOptions, resolveFleetOptions } from './fleet/options.ts';

/** Options of the supervisor. Only `undefined` means default. */
export interface SupervisorOptions {
  /** Worker processes: a number, or `auto` for one for each core that this process may use. Default 1. */
  readonly workers?: number | 'auto' | undefined;
  /** Copies of each listening socket that a worker accepts from, so that a busy event loop still empties the accept queue. Default 32. */
  readonly listeningCopies?: number | undefined;
  /** How long requests in flight may go on in a worker that is asked to end, in milliseconds. Default 10000. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long a worker may take to end after its own SIGTERM before it is killed, in milliseconds. Default 5000. */
  readonly killTimeoutMs?: number | undefined;
  /** How long a new worker may take until it listens, in milliseconds; not the first one of all. Default 60000. */
  readonly startTimeoutMs?: number | undefined;
  /** How long a new worker has to stay up before the incident that it ends is over, in milliseconds. Default 10000. */
  readonly stableMs?: number | undefined;
  /** Answer 503 from a small process while no worker can. Default true. */
  readonly standIn?: boolean | undefined;
  /** Limit of V8's old generation for each worker (`--max-old-space-size`), in megabytes. Default: Node's own. */
  readonly heapMb?: number | undefined;
  /** What SIGTERM waits for, so that no load balancer sends requests any more when connections are refused. Default: nothing. */
  readonly balancer?: BalancerOptions | undefined;
  /** What is taken for a fault of a worker, so that it is replaced. */
  readonly detect?: DetectOptions | undefined;
  /** What is kept of incidents on disk, and where; false for nothing. */
  readonly incidents?: IncidentsOptions | false | undefined;
  /** Instances that heal in turns, by way of a Redis that they share. Default: each for itself. */
  readonly fleet?: FleetOptions | undefined;
}

export interface ResolvedSupervisorOptions {
  readonly workers: number;
  readonly listeningCopies: number;
  readonly drainTimeoutMs: number;
  readonly killTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly stableMs: number;
  readonly standIn: boolean;
  readonly heapMb: number | undefined;
  readonly balancer: ResolvedBalancerOptions;
  readonly detect: ResolvedDetectOptions;
  readonly incidents: ResolvedIncidentsOptions | false;
  readonly fleet: ResolvedFleetOptions | undefined;
}

export const DEFAULTS: ResolvedSupervisorOptions = Object.freeze({
  workers: 1,
  listeningCopies: 32,
  drainTimeoutMs: 10_000,
  killTimeoutMs: 5_000,
  startTimeoutMs: 60_000,
  stableMs: 10_000,
  standIn: true,
  heapMb: undefined,
  balancer: BALANCER_DEFAULTS,
  detect: DETECT_DEFAULTS,
  incidents: INCIDENTS_DEFAULTS,
  fleet: undefined,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveSupervisorOptions(options: SupervisorOptions = {}): ResolvedSupervisorOptions {
  knownKeys('supervisor', options, Object.keys(DEFAULTS));
  const { heapMb } = options;
  const workers = integerOr('auto', 'supervisor.workers', options.workers ?? DEFAULTS.workers, 1, 1024);
  const whole = (
    key: 'listeningCopies' | 'drainTimeoutMs' | 'killTimeoutMs' | 'startTimeoutMs' | 'stableMs',
    min: number,
  ): number => integer(`supervisor.${key}`, options[key] ?? DEFAULTS[key], min);
  return Object.freeze({
    workers: workers === 'auto' ? availableParallelism() : workers,
    listeningCopies: integer(
      'supervisor.listeningCopies',
      options.listeningCopies ?? DEFAULTS.listeningCopies,
      1,
      256,
    ),
    drainTimeoutMs: whole('drainTimeoutMs', 0),
    killTimeoutMs: whole('killTimeoutMs', 0),
    startTimeoutMs: whole('startTimeoutMs', 1),
    stableMs: whole('stableMs', 0),
    standIn: boolean('supervisor.standIn', options.standIn ?? DEFAULTS.standIn),
    heapMb: heapMb === undefined ? undefined : integer('supervisor.heapMb', heapMb, 16),
    balancer: resolveBalancerOptions(options.balancer),
    detect: resolveDetectOptions(options.detect),
    incidents: resolveIncidentsOptions(options.incidents),
    fleet: options.fleet === undefined ? undefined : resolveFleetOptions(options.fleet),
  });
}
