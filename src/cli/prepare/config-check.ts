import { RespiteError } from '../../core/errors.ts';
import { findConfig, loadConfig } from '../config/load.ts';
import { resolveSettings } from '../settings.ts';
import { exitCodeOf } from '../usage.ts';

export interface CheckedConfiguration {
  /** Undefined without a configuration. */
  readonly file: string | undefined;
  /** A line for each thing that is wrong. */
  readonly problems: readonly string[];
}

/** Reads and resolves the configuration, as `respite run` does before it starts anything. */
export async function checkConfiguration(
  cwd: string,
  named: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<CheckedConfiguration> {
  const file = findConfig(cwd, named);
  try {
    resolveSettings({}, await loadConfig(cwd, named), env);
    return { file, problems: [] };
  } catch (error) {
    if (!(error instanceof RespiteError) || exitCodeOf(error) !== 2) throw error;
    return { file, problems: error.message.split('\n') };
  }
}
