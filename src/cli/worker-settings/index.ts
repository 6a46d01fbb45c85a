// What workers are told: by flags, configuration and environment files, when Respite starts and again at each rolling restart.
import { changedLeaves } from '../../core/leaves.ts';
import { type Log, takeEnvFiles, type WorkerSettings } from '../../supervisor/index.ts';
import type { RespiteConfig } from '../config/config.ts';
import { findConfig } from '../config/load.ts';
import { resolveSettings, type RunFlags, type Settings } from '../settings.ts';
import { usageError } from '../usage.ts';
import { loadAgain } from './load-again.ts';
import { fixedPart } from './parts.ts';
import { EnvFileVariables } from './variables.ts';

/** Used by the management port, which only a new start opens anew. */
const FIXED_VARIABLE = 'RESPITE_MANAGEMENT_TOKEN';

interface SourceConfig {
  readonly flags: RunFlags;
  /** Options for Node.js that belong to what is run. */
  readonly nodeArgs: readonly string[];
  readonly directory: string;
  /** The supervisor's, which gets the variables of `--env-file`. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Where the settings of workers come from. Makes them when Respite starts, and reads everything again for a rolling restart. */
export class WorkerSettingsSource {
  readonly #config: SourceConfig;
  readonly #variables: EnvFileVariables;
  /** Files of `--env-file`. The configuration sees their variables, too. */
  readonly #files: ReturnType<typeof takeEnvFiles>['files'];
  /** What was in force when Respite started, and stays. */
  #fixed: ReadonlyMap<string, string> = new Map();
  #token: string | undefined;
  #salt: string | undefined;

  /** Reads the files of `--env-file`. Throws a usage error when one can't be read. */
  constructor(config: SourceConfig) {
    const { flags, directory, environment } = config;
    this.#config = config;
    this.#files = takeEnvFiles([...(flags.envFile ?? []), ...(flags.envFileIfExists ?? [])]).files;
    this.#variables = new EnvFileVariables(environment);
    this.#variables.adopt(this.#files, directory);
    this.#token = environment[FIXED_VARIABLE];
  }

  /** Everything that flags and configuration say, and the settings of the first workers. Throws a usage error. */
  first(config: RespiteConfig): { readonly settings: Settings; readonly ofWorkers: WorkerSettings } {
    const { flags, environment, nodeArgs, directory } = this.#config;
    const settings = resolveSettings(flags, config, environment, nodeArgs);
    const { priority } = settings.admission;
    this.#salt = priority === false ? undefined : priority.salt;
    this.#fixed = fixedPart(config);
    return { settings, ofWorkers: this.#ofWorkers(settings, directory) };
  }

  /** What configuration and files say now. Logs what only a new start applies. Rejects with a usage error. */
  async again(directory: string, log: Log): Promise<WorkerSettings> {
    const { flags, environment, nodeArgs } = this.#config;
    const variables = this.#variables.read(this.#files, directory);
    const env = { ...environment, ...variables };
    const isConfigured = findConfig(directory, flags.config) !== undefined;
    const { workers, fixed } = isConfigured
      ? await loadAgain({ directory, named: flags.config, env })
      : { workers: {}, fixed: fixedPart({}) };
    const config = await checked(workers);
    const settings = this.#ofWorkers(
      resolveSettings(flags, withSalt(config, this.#salt), environment, nodeArgs),
      directory,
    );
    const others = [...changedLeaves(this.#fixed, fixed)];
    if (env[FIXED_VARIABLE] !== this.#token) others.push(FIXED_VARIABLE);
    if (others.length > 0)
      log.warn(
        { options: others },
        `changed, but not applied by a rolling restart: ${others.join(', ')}. This needs a new start of Respite`,
      );
    return settings;
  }

  #ofWorkers({ admission, backpressure, client, supervisor }: Settings, directory: string): WorkerSettings {
    const { heapMb, warmUp, ready } = supervisor;
    const { files, rest } = takeEnvFiles(supervisor.nodeArgs);
    const env = this.#variables.read([...files, ...this.#files], directory);
    return { admission, backpressure, client, heapMb, nodeArgs: rest, warmUp, ready, env };
  }
}

/** It comes from another process. */
async function checked(workers: object): Promise<RespiteConfig> {
  if (Object.keys(workers).length === 0) return {};
  const { checkConfig } = await import('../config/check.ts');
  const found = checkConfig(workers);
  if (found.ok) return found.config;
  throw usageError(found.problems.join('\n'));
}

/** All workers of an instance line users up alike, whenever they were started. */
function withSalt(config: RespiteConfig, salt: string | undefined): RespiteConfig {
  const priority = config.admission?.priority;
  if (priority === false) return config;
  return { ...config, admission: { ...config.admission, priority: { salt, ...priority } } };
}
