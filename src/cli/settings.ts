import type { PriorityOptions } from '../admission/index.ts';
import { type ResolvedAdmissionOptions, resolveAdmissionOptions } from '../admission/options.ts';
import type { BackpressureOptions } from '../backpressure/index.ts';
import type { OutboundOptions } from '../outbound/index.ts';
import { RespiteError } from '../core/errors.ts';
import { type ResolvedManagementOptions, resolveManagementOptions } from '../management/options.ts';
import type { IncidentsOptions, ResolvedDrillOptions } from '../supervisor/index.ts';
import { resolveDrillOptions } from '../supervisor/instance/drill/options.ts';
import {
  NODE_ARG_RULE,
  type ResolvedSupervisorOptions,
  resolveSupervisorOptions,
} from '../supervisor/instance/options.ts';
import type { RespiteConfig } from './config/config.ts';
import { isName, NAME_RULE } from './instances/instance.ts';
import { usageError } from './usage.ts';
import { nodeCrypto } from '../core/node-crypto.ts';

/** Flags of `respite run`, as typed. */
export interface RunFlags {
  readonly workers?: string;
  readonly standby?: string;
  readonly config?: string;
  readonly limit?: string;
  readonly management?: string;
  readonly agentCheck?: string;
  readonly heap?: string;
  /** False with `--no-listen`. */
  readonly listen?: boolean;
  readonly incidents?: string;
  readonly nodeArg?: readonly string[];
  /** Each an option of Node.js, such as `--env-file=.env`. */
  readonly envFile?: readonly string[];
  readonly envFileIfExists?: readonly string[];
  /** Each an option of Node.js. */
  readonly inspect?: readonly string[];
  readonly sticky?: boolean;
  readonly dryRun?: boolean;
  readonly name?: string;
}

export interface Settings {
  readonly admission: ResolvedAdmissionOptions;
  readonly backpressure: BackpressureOptions | undefined;
  readonly client: OutboundOptions | undefined;
  readonly supervisor: ResolvedSupervisorOptions;
  readonly management: ResolvedManagementOptions;
  readonly drills: ResolvedDrillOptions | undefined;
}

/**
 * A flag wins over the configuration, that over the default. Throws a usage error that names the flag at fault.
 *
 * @param nodeArgs Options for Node.js that belong to what is run; those of flags or configuration are added.
 */
export function resolveSettings(
  flags: RunFlags,
  config: RespiteConfig,
  env: NodeJS.ProcessEnv,
  nodeArgs: readonly string[] = [],
): Settings {
  if (flags.name !== undefined && !isName(flags.name))
    throw usageError(`--name must be ${NAME_RULE}, got ${JSON.stringify(flags.name)}`);
  // An environment variable that is set to nothing is not set.
  const token = config.management?.token ?? (env.RESPITE_MANAGEMENT_TOKEN || undefined);
  try {
    return {
      admission: resolveAdmissionOptions({
        ...config.admission,
        limit: flags.limit === 'adaptive' ? 'adaptive' : (number(flags.limit) ?? config.admission?.limit),
        dryRun: flags.dryRun ?? config.admission?.dryRun,
        priority: withSalt(config.admission?.priority),
      }),
      // Each worker resolves these: the supervisor has no use for them.
      backpressure: config.backpressure,
      client: flags.dryRun === true && config.client ? { ...config.client, dryRun: true } : config.client,
      supervisor: resolveSupervisorOptions({
        ...config.supervisor,
        workers: flags.workers === 'auto' ? 'auto' : (number(flags.workers) ?? config.supervisor?.workers),
        standby: number(flags.standby) ?? config.supervisor?.standby,
        nodeArgs: [
          ...nodeArgs,
          ...(flags.nodeArg ?? config.supervisor?.nodeArgs ?? []),
          ...(flags.inspect ?? []),
        ],
        sticky: flags.sticky ?? config.supervisor?.sticky,
        listens: flags.listen === false ? false : config.supervisor?.listens,
        heapMb: number(flags.heap) ?? config.supervisor?.heapMb,
        incidents: incidents(flags.incidents, config.supervisor?.incidents),
      }),
      management: resolveManagementOptions({
        address: flags.management === 'off' ? false : (flags.management ?? config.management?.address),
        token,
        scriptMetrics: config.management?.scriptMetrics,
        agentCheck: flags.agentCheck === 'off' ? false : (flags.agentCheck ?? config.management?.agentCheck),
      }),
      drills: resolveDrillOptions(config.drills),
    };
  } catch (error) {
    if (!(error instanceof RespiteError)) throw error;
    throw usageError(asTyped(flags, error.message), error);
  }
}

/** The workers of an instance line users up alike, so they have to draw from the same salt. */
function withSalt(priority: PriorityOptions | false | undefined): PriorityOptions | false {
  return priority === false ? false : { ...priority, salt: priority?.salt ?? nodeCrypto.randomUUID() };
}

/** The flag names the directory; what else there is to say of incidents is in the configuration. */
function incidents(
  flag: string | undefined,
  configured: IncidentsOptions | false | undefined,
): IncidentsOptions | false | undefined {
  if (flag === undefined) return configured;
  return flag === 'off' ? false : { ...(configured === false ? {} : configured), directory: flag };
}

const STANDBY_RULE = 'a whole number from 0 to the number of workers, and 0 for a process that never listens';

/** Text that is no number becomes one that every rule refuses. */
function number(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The resolvers speak of options; a user who typed a flag wants to hear of that flag, and of what was typed. */
function asTyped(flags: RunFlags, message: string): string {
  const rules: readonly (readonly [option: string, flag: string, typed: string | undefined, rule: string])[] =
    [
      ['admission.limit', '--limit', flags.limit, 'a whole number of at least 1, or adaptive'],
      ['supervisor.workers', '--workers', flags.workers, 'a whole number from 1 to 1024, or auto'],
      ['supervisor.standby', '--standby', flags.standby, STANDBY_RULE],
      ['supervisor.heapMb', '--heap', flags.heap, 'a whole number of megabytes, at least 16'],
      ['supervisor.nodeArgs', '--node-arg', flags.nodeArg?.join(' '), NODE_ARG_RULE],
      ['supervisor.incidents.directory', '--incidents', flags.incidents, 'a directory, or off'],
      [
        'management.address',
        '--management',
        flags.management,
        'host:port, :port, a port, unix:/path, or off',
      ],
      ['management.agentCheck', '--agent-check', flags.agentCheck, 'host:port, :port, a port, or off'],
    ];
  for (const [option, flag, typed, rule] of rules) {
    if (typed !== undefined && (message.startsWith(`${option} `) || message.startsWith(`${option}[`))) {
      return `${flag} must be ${rule}, got ${JSON.stringify(typed)}`;
    }
  }
  // The configuration was checked before, so a token at fault came from the environment.
  return message.replace(/^management\.token /, 'RESPITE_MANAGEMENT_TOKEN ');
}
