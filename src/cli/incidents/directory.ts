import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import {
  listIncidents,
  readIncident,
  type StoredIncident,
} from '../../supervisor/incidents/evidence/folder.ts';
import {
  incidents as incidentsRule,
  type ResolvedIncidentsOptions,
  resolveIncidentsOptions,
} from '../../supervisor/incidents/evidence/options.ts';
import { loadConfig } from '../config/load.ts';
import { describe, usageError } from '../usage.ts';
import type { IncidentsFlags } from './request.ts';

/**
 * Where incidents are kept, and within which limits: as the flag says, or the configuration in this directory. Throws a usage
 * error that names the directory when it can't be read, or when the configuration keeps none.
 */
export async function incidentsSettings(
  cwd: string,
  { incidents: flag }: IncidentsFlags,
): Promise<ResolvedIncidentsOptions> {
  if (flag !== undefined) {
    const directory = path.resolve(cwd, flag);
    if (!(await isReadable(directory))) throw usageError(`cannot find the directory ${directory}`);
    return { ...incidentsRule.complete({}), directory };
  }
  const config = await loadConfig(cwd, undefined);
  const options = resolveIncidentsOptions(config.supervisor?.incidents);
  if (options === false) {
    throw usageError(
      'supervisor.incidents is false in the configuration, so none are kept; --incidents <dir> reads another directory',
    );
  }
  const directory = path.resolve(cwd, options.directory);
  // Where nothing was wrong yet there is no such directory.
  await isReadable(directory);
  return { ...options, directory };
}

/** The one of that id, or the last one. Throws a usage error that says where it was looked for. */
export async function findIncident(directory: string, id: string): Promise<StoredIncident> {
  const found = id === 'last' ? (await listIncidents(directory))[0] : await readIncident(directory, id);
  if (found !== undefined) return found;
  throw usageError(
    id === 'last'
      ? `there is no incident in ${directory}`
      : `there is no incident ${JSON.stringify(id)} in ${directory}; respite incidents lists them`,
  );
}

/** False when it isn't there. */
async function isReadable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.R_OK | constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw usageError(`cannot read ${directory}: ${describe(error)}`, error);
  }
}
