import { availableParallelism } from 'node:os';
import {
  boolean,
  fail,
  integer,
  integerOr,
  knownKeys,
  MAX_MILLISECONDS,
  oneOf,
} from '../../core/validate.ts';
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
} from '../detect/detectors/options.ts';
import {
  DEFAULTS as INCIDENTS_DEFAULTS,
  type IncidentsOptions,
  type ResolvedIncidentsOptions,
  resolveIncidentsOptions,
} from '../incidents/evidence/options.ts';
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
  /** How long a new worker may take until it is ready, in milliseconds; not the first one of all. Default 60000. */
  readonly startTimeoutMs?: number | undefined;
  /**
   * How long a rolling restart waits for a new worker to be ready, in milliseconds, or three times as long as the slowest start so far if
   * that is longer. Then the old version goes on. Default 15000.
   */
  readonly deployTimeoutMs?: number | undefined;
  /**
   * When a new worker is ready, and accepts connections. `listen`: when it listens. `message`: when it listens and its script has called
   * `process.send('ready')`. Default `listen`. In both cases a worker that takes the place of another waits for its own critical health
   * indicators.
   */
  readonly ready?: 'listen' | 'message' | undefined;
  /**
   * `false` for a process that never listens, such as a queue consumer: a worker is ready after the first second in which its event loop runs, or,
   * with `ready: 'message'`, when its script has called `process.send('ready')`. No fallback responder is started. Default true.
   */
  readonly listens?: boolean | undefined;
  /**
   * Requests such as `GET /products` that each new worker makes to its own HTTP/1 server before it accepts connections, one after the
   * other, at most 10 s each and half of `startTimeoutMs` in all. GET and HEAD only. One that fails is logged. Default: none.
   */
  readonly warmUp?: readonly string[] | undefined;
  /** How long a new worker has to stay up before the incident that it ends is over, in milliseconds. Default 10000. */
  readonly stableMs?: number | undefined;
  /**
   * How long a rolling restart compares its first new worker with the old ones, while both serve, in milliseconds. If the new one is
   * worse or ends, the old version stays. 0 for not at all. Default 20000.
   */
  readonly trialMs?: number | undefined;
  /** Answer 503 from a small process while no worker can. Default true. */
  readonly fallbackResponder?: boolean | undefined;
  /** Limit of V8's old generation for each worker (`--max-old-space-size`), in megabytes. Default: Node's own. */
  readonly heapMb?: number | undefined;
  /** Options for Node.js in each worker, such as `--import=tsx` or `--env-file=.env`; the supervisor does not have them. Default: none. */
  readonly nodeArgs?: readonly string[] | undefined;
  /**
   * Share servers that listen with `exclusive: true` as any other; `false`: they are the worker's own, so a second worker or a replacement can't
   * listen there. Default true.
   */
  readonly shareExclusive?: boolean | undefined;
  /**
   * Give all connections of a client, by its address, to one slot: for sessions that live in a worker's memory, such as socket.io's with HTTP polling.
   * Default false.
   */
  readonly sticky?: boolean | undefined;
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
  readonly deployTimeoutMs: number;
  readonly ready: 'listen' | 'message';
  readonly listens: boolean;
  readonly warmUp: readonly string[];
  readonly stableMs: number;
  readonly trialMs: number;
  readonly fallbackResponder: boolean;
  readonly heapMb: number | undefined;
  readonly nodeArgs: readonly string[];
  readonly shareExclusive: boolean;
  readonly sticky: boolean;
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
  deployTimeoutMs: 15_000,
  ready: 'listen',
  listens: true,
  warmUp: Object.freeze([]),
  stableMs: 10_000,
  trialMs: 20_000,
  fallbackResponder: true,
  heapMb: undefined,
  nodeArgs: Object.freeze([]),
  shareExclusive: true,
  sticky: false,
  balancer: BALANCER_DEFAULTS,
  detect: DETECT_DEFAULTS,
  incidents: INCIDENTS_DEFAULTS,
  fleet: undefined,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveSupervisorOptions(options: SupervisorOptions = {}): ResolvedSupervisorOptions {
  knownKeys('supervisor', options, Object.keys(DEFAULTS));
  const { heapMb } = options;
  const listens = boolean('supervisor.listens', options.listens ?? DEFAULTS.listens);
  const workers = integerOr('auto', 'supervisor.workers', options.workers ?? DEFAULTS.workers, 1, 1024);
  const duration = (
    key: 'drainTimeoutMs' | 'killTimeoutMs' | 'deployTimeoutMs' | 'stableMs' | 'trialMs',
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
    drainTimeoutMs: duration('drainTimeoutMs', 0),
    killTimeoutMs: duration('killTimeoutMs', 0),
    // One that waits for a debugger waits for a person.
    startTimeoutMs: integer(
      'supervisor.startTimeoutMs',
      options.startTimeoutMs ?? (waitsForDebugger(options) ? MAX_MILLISECONDS : DEFAULTS.startTimeoutMs),
      1,
    ),
    deployTimeoutMs: duration('deployTimeoutMs', 1),
    ready: oneOf('supervisor.ready', options.ready ?? DEFAULTS.ready, ['listen', 'message']),
    listens,
    warmUp: resolveWarmUp(options.warmUp ?? DEFAULTS.warmUp),
    stableMs: duration('stableMs', 0),
    trialMs: duration('trialMs', 0),
    fallbackResponder:
      boolean('supervisor.fallbackResponder', options.fallbackResponder ?? DEFAULTS.fallbackResponder) &&
      listens,
    heapMb: heapMb === undefined ? undefined : integer('supervisor.heapMb', heapMb, 16),
    nodeArgs: resolveNodeArgs(options.nodeArgs ?? DEFAULTS.nodeArgs),
    shareExclusive: boolean('supervisor.shareExclusive', options.shareExclusive ?? DEFAULTS.shareExclusive),
    sticky: boolean('supervisor.sticky', options.sticky ?? DEFAULTS.sticky),
    balancer: resolveBalancerOptions(options.balancer),
    detect: resolveDetectOptions(options.detect),
    incidents: resolveIncidentsOptions(options.incidents),
    fleet: options.fleet === undefined ? undefined : resolveFleetOptions(options.fleet),
  });
}

function waitsForDebugger({ nodeArgs }: SupervisorOptions): boolean {
  return (
    Array.isArray(nodeArgs) && nodeArgs.some((each) => /^--inspect-(?:brk|wait)(?:=|$)/.test(String(each)))
  );
}

/** Whether connections are handed on: a single slot gets them all anyway. */
export function isSticky({
  sticky,
  workers,
}: Pick<ResolvedSupervisorOptions, 'sticky' | 'workers'>): boolean {
  return sticky && workers > 1;
}

/** A request as `warmUp` has it; a request line can't hold blanks, control characters or others than ASCII. */
export const WARM_UP_PATTERN: RegExp = /^(?:GET|HEAD) \/[!-~]*$/;
export const WARM_UP_RULE = 'GET or HEAD, a blank, and a path, such as "GET /products"';

function resolveWarmUp(requests: readonly string[]): readonly string[] {
  if (!Array.isArray(requests)) fail('supervisor.warmUp', 'an array of requests', requests);
  for (const [i, request] of requests.entries()) {
    if (typeof request !== 'string' || !WARM_UP_PATTERN.test(request))
      fail(`supervisor.warmUp[${i}]`, WARM_UP_RULE, request);
  }
  return Object.freeze([...requests]);
}

/** With these Node.js does not run the script, or runs it in another process. */
const NO_SERVER: RegExp =
  /^(?:-[cehipv]+|-pe|--check|--eval|--help|--interactive|--print|--run|--test|--version|--watch|--)(?:=|$)|^--watch-/;
export const NODE_ARG_RULE =
  'an option of Node.js with which it runs a script in the same process, such as --import=tsx';

export function isNodeArg(option: unknown): option is string {
  return typeof option === 'string' && option !== '' && !NO_SERVER.test(option);
}

function resolveNodeArgs(options: readonly string[]): readonly string[] {
  if (!Array.isArray(options)) fail('supervisor.nodeArgs', 'an array of options', options);
  for (const [i, option] of options.entries())
    if (!isNodeArg(option)) fail(`supervisor.nodeArgs[${i}]`, NODE_ARG_RULE, option);
  return Object.freeze([...options]);
}
