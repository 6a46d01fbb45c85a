import { availableParallelism } from 'node:os';
import { type Declaration, object, resolve, type Rule } from '../../core/options.ts';
import {
  flag,
  integer,
  list,
  MAX_MILLISECONDS,
  milliseconds,
  oneOf,
  orFalse,
  rule,
} from '../../core/rules.ts';
import {
  detect,
  type DetectOptions,
  type ResolvedDetectOptions,
  resolveDetectOptions,
} from '../detect/detectors/options.ts';
import {
  incidents,
  type IncidentsOptions,
  type ResolvedIncidentsOptions,
} from '../incidents/evidence/options.ts';
import { balancer, type BalancerOptions, type ResolvedBalancerOptions } from './balancer/options.ts';
import { standbyFits } from './standby/options.ts';
import { fleet, type FleetOptions, type ResolvedFleetOptions } from './fleet/options.ts';

/** Options of the supervisor. Only `undefined` means default. */
export interface SupervisorOptions {
  /** Worker processes: a number, or `auto` for one for each core that this process may use (`--workers`). Default 1. */
  readonly workers?: number | 'auto' | undefined;
  /**
   * More worker processes (`--standby`), which load the application, listen, accept nothing, and wait to take the place of a worker that is blocked or
   * has died. At most as many as there are workers. Default 0.
   */
  readonly standby?: number | undefined;
  /** Copies of each listening socket that a worker accepts from, so that a busy event loop still empties the accept queue. Default 32. */
  readonly listeningCopies?: number | undefined;
  /** How long requests in flight may go on in a worker that is asked to end, in milliseconds. Default 10000. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long a worker may take to end after its own SIGTERM before it is killed, in milliseconds. Default 5000. */
  readonly killTimeoutMs?: number | undefined;
  /** How long a new worker may take until it is ready, in milliseconds; not the first one of all, nor by default with `--inspect-brk`. Default 60000. */
  readonly startTimeoutMs?: number | undefined;
  /**
   * How long a rolling restart waits for a new worker to be ready, in milliseconds, or three times as long as the slowest start so far if
   * that is longer. Then the old version goes on. Default 15000.
   */
  readonly deployTimeoutMs?: number | undefined;
  /**
   * When a new worker is ready, and accepts connections. `listen`: when it listens. `message`: when it listens and its script has called
   * `process.send('ready')`. In both cases a worker that takes the place of another waits for its own critical health indicators. Default
   * `listen`.
   */
  readonly ready?: 'listen' | 'message' | undefined;
  /**
   * `false` for a process that never listens, such as a queue consumer (`--no-listen`). A worker is ready after the first second in which its event loop runs, or,
   * with `ready: 'message'`, when its script has called `process.send('ready')`. No fallback responder is started. Default true.
   */
  readonly listens?: boolean | undefined;
  /**
   * Requests such as `GET /products` that each new worker makes to its own HTTP/1 server before it accepts connections, one after the
   * other, at most 10 s each and half of `startTimeoutMs` in all. GET and HEAD only. One that fails is logged. Default none.
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
  /** Limit of V8's old generation for each worker (`--max-old-space-size`), in megabytes (`--heap`). Default Node's own. */
  readonly heapMb?: number | undefined;
  /** Options for Node.js in each worker, such as `--import=tsx` or `--env-file=.env`; the supervisor does not have them (`--node-arg`). Default none. */
  readonly nodeArgs?: readonly string[] | undefined;
  /**
   * Share servers that listen with `exclusive: true` as any other; `false`: they are the worker's own, so a second worker or a replacement can't
   * listen there. Default true.
   */
  readonly shareExclusive?: boolean | undefined;
  /**
   * Give all connections of a client, by its address, to one slot: for sessions that live in a worker's memory, such as socket.io's with HTTP polling
   * (`--sticky`). Default false.
   */
  readonly sticky?: boolean | undefined;
  /** What SIGTERM waits for with readiness down and everything served, until the load balancer sends no more requests. `{ checkIntervalMs, checkFailures }` are its health checks, which makes interval × failures + 500 ms; `{ waitMs }` is the whole wait. Default `{ waitMs: 0 }`. */
  readonly balancer?: BalancerOptions | undefined;
  /** What is taken for a fault of a worker, so that it is replaced. Default all that is known. */
  readonly detect?: DetectOptions | undefined;
  /** What is kept of incidents on disk, and where: `{ directory, countLimit, sizeLimitBytes }` (`--incidents`); false for nothing (`--incidents off`). Default `{ directory: '.respite/incidents', countLimit: 50, sizeLimitBytes: 209715200 }`. */
  readonly incidents?: IncidentsOptions | false | undefined;
  /**
   * Instances that share a Redis heal in turns, and share out requests between tenants where `admission.priority.fairness` is on:
   * `{ client, name, share, leaseMs }`. Default each for itself.
   */
  readonly fleet?: FleetOptions | undefined;
}

export interface ResolvedSupervisorOptions {
  readonly workers: number;
  readonly standby: number;
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

const workerCount: Rule<number | 'auto', number> = {
  ...rule(
    'a whole number from 1 to 1024, or auto',
    (value) => value === 'auto' || integer(1, 1024).check(value, []).length === 0,
  ),
  complete: (value) => (value === 'auto' ? availableParallelism() : value),
};

/** A request line can't hold blanks, control characters or others than ASCII. */
const warmUp: Rule<readonly string[]> = list(
  'an array of requests',
  rule(
    'GET or HEAD, a blank, and a path, such as "GET /products"',
    (value) => typeof value === 'string' && /^(?:GET|HEAD) \/[!-~]*$/.test(value),
  ),
);

/** With these Node.js does not run the script, or runs it in another process. */
const NO_SERVER: RegExp =
  /^(?:-[cehipv]+|-pe|--check|--eval|--help|--interactive|--print|--run|--test|--version|--watch|--)(?:=|$)|^--watch-/;

export const NODE_ARG_RULE =
  'an option of Node.js with which it runs a script in the same process, such as --import=tsx';

const nodeArgs: Rule<readonly string[]> = list(
  'an array of options',
  rule(NODE_ARG_RULE, (value) => typeof value === 'string' && value !== '' && !NO_SERVER.test(value)),
);

export const SUPERVISOR: Declaration<ResolvedSupervisorOptions> = Object.freeze({
  workers: { rule: workerCount, byDefault: 1 },
  standby: { rule: integer(0, 1024), byDefault: 0 },
  listeningCopies: { rule: integer(1, 256), byDefault: 32 },
  drainTimeoutMs: { rule: milliseconds(0), byDefault: 10_000 },
  killTimeoutMs: { rule: milliseconds(0), byDefault: 5000 },
  startTimeoutMs: {
    rule: milliseconds(1),
    // One that waits for a debugger waits for a person.
    byDefault: (_: unknown, { nodeArgs: given = [] }: Partial<ResolvedSupervisorOptions>) =>
      given.some(waitsForDebugger) ? MAX_MILLISECONDS : 60_000,
  },
  deployTimeoutMs: { rule: milliseconds(1), byDefault: 15_000 },
  ready: { rule: oneOf<'listen' | 'message'>('listen', 'message'), byDefault: 'listen' },
  listens: { rule: flag(), byDefault: true },
  warmUp: { rule: warmUp, byDefault: Object.freeze([]) },
  stableMs: { rule: milliseconds(0), byDefault: 10_000 },
  trialMs: { rule: milliseconds(0), byDefault: 20_000 },
  fallbackResponder: { rule: flag(), byDefault: true },
  heapMb: { rule: integer(16), byDefault: undefined },
  nodeArgs: { rule: nodeArgs, byDefault: Object.freeze([]) },
  shareExclusive: { rule: flag(), byDefault: true },
  sticky: { rule: flag(), byDefault: false },
  balancer: { rule: balancer, byDefault: balancer.complete({}) },
  detect: { rule: detect, byDefault: detect.complete({}) },
  incidents: { rule: orFalse(incidents), byDefault: incidents.complete({}) },
  fleet: { rule: fleet, byDefault: undefined },
});

/** What `supervisor` in the configuration must be. */
export const supervisor: Rule<SupervisorOptions, ResolvedSupervisorOptions> = object(SUPERVISOR, standbyFits);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveSupervisorOptions(options: SupervisorOptions = {}): ResolvedSupervisorOptions {
  const all = resolve(supervisor, options, ['supervisor']);
  return Object.freeze({
    ...all,
    // There is nothing to answer where nothing listens.
    fallbackResponder: all.fallbackResponder && all.listens,
    detect: resolveDetectOptions(options.detect, all.standby > 0),
  });
}

function waitsForDebugger(nodeArg: string): boolean {
  return /^--inspect-(?:brk|wait)(?:=|$)/.test(nodeArg);
}

/** Whether connections are handed on: a single slot gets them all anyway. */
export function isSticky({
  sticky,
  workers,
}: Pick<ResolvedSupervisorOptions, 'sticky' | 'workers'>): boolean {
  return sticky && workers > 1;
}
