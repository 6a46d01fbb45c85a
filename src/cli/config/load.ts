import { existsSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../usage.ts';
import type { RespiteConfig } from './config.ts';
import { readConfig } from './read.ts';

const NAMES: readonly string[] = ['ts', 'mjs', 'js', 'json'].map((ending) => `respite.config.${ending}`);

/** The file that `loadConfig` reads; undefined without any. */
export function findConfig(cwd: string, named: string | undefined): string | undefined {
  return named ?? NAMES.find((candidate) => existsSync(path.join(cwd, candidate)));
}

/**
 * Reads the named configuration, or the one in the directory; without any it is empty. Throws a usage error that names
 * the file, and each problem on a line of its own.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<RespiteConfig> {
  const name = findConfig(cwd, named);
  if (name === undefined) return {};
  const file = path.resolve(cwd, name);
  if (!existsSync(file)) throw usageError(`cannot find the configuration ${file}`);
  const found = await readConfig(file);
  // Only for those who have a configuration.
  const { checkConfig } = await import('./check.ts');
  const checked = checkConfig(found);
  if (checked.ok) return checked.config;
  throw usageError(checked.problems.map((problem) => `${name}: ${problem}`).join('\n'));
}
