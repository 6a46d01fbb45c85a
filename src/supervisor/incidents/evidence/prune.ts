// Keeps the directory of incidents within its limits.
import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { incidentIds, listIncidents, readIncident } from './folder.ts';
import { isUnderWay } from './interrupted.ts';
import type { ResolvedIncidentsOptions } from './options.ts';

export type PruneLimits = Pick<ResolvedIncidentsOptions, 'countLimit' | 'sizeLimitBytes'>;

/**
 * Removes the oldest until the rest is within its limits. What is open stays: what the caller says is, and what is under way.
 *
 * @param openIds Incidents that are being written.
 * @returns The ids of those that were removed.
 */
export async function pruneIncidents(
  directory: string,
  { countLimit, sizeLimitBytes }: PruneLimits,
  nowMs: number,
  openIds: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const ids = await incidentIds(directory);
  const sizes = await Promise.all(ids.map((id) => sizeOf(path.join(directory, id))));
  let count = ids.length;
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  const removed: string[] = [];
  for (const [i, id] of ids.entries()) {
    if (count <= countLimit && bytes <= sizeLimitBytes) break;
    // eslint-disable-next-line no-await-in-loop -- the next may not have to go
    const incident = openIds.has(id) ? undefined : await readIncident(directory, id);
    // eslint-disable-next-line no-await-in-loop
    if (openIds.has(id) || (incident !== undefined && (await isUnderWay(directory, incident, nowMs))))
      continue;
    // eslint-disable-next-line no-await-in-loop
    await rm(path.join(directory, id), { recursive: true, force: true });
    count -= 1;
    bytes -= sizes[i] ?? 0;
    removed.push(id);
  }
  return removed;
}

/** Removes what was opened before a time. One that is under way stays, whatever its age. @returns The ids of those that were removed. */
export async function removeIncidentsBefore(
  directory: string,
  beforeMs: number,
  nowMs: number,
): Promise<string[]> {
  const removed: string[] = [];
  for (const incident of await listIncidents(directory)) {
    // eslint-disable-next-line no-await-in-loop -- one after the other
    if (incident.openedAtMs >= beforeMs || (await isUnderWay(directory, incident, nowMs))) continue;
    // eslint-disable-next-line no-await-in-loop
    await rm(path.join(directory, incident.id), { recursive: true, force: true });
    removed.push(incident.id);
  }
  return removed.toReversed();
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await lstat(path.join(directory, name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
