// Incidents whose supervisor ended before they did: it was killed, or the machine went down.
import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { hasEnded } from './author.ts';
import { listIncidents, pathOf, INCIDENT_FILE, type StoredIncident, writeIncident } from './folder.ts';

/** A supervisor of which nothing is known is taken to run if it has written within this time, in ms. */
const SILENT_MS = 3_600_000;

const STEP = 'its supervisor ended before this incident was over: what became of the service is not known';

/** Whether somebody may still be at it: it has not ended, and its supervisor runs, as far as can be known. */
export async function isUnderWay(
  directory: string,
  incident: StoredIncident,
  nowMs: number,
): Promise<boolean> {
  if (incident.endedAtMs !== undefined) return false;
  const ended = hasEnded(incident.author);
  if (ended !== undefined) return !ended;
  const written = await lstat(pathOf(directory, incident.id, INCIDENT_FILE)).catch(() => undefined);
  return written !== undefined && nowMs - written.mtimeMs < SILENT_MS;
}

/**
 * Ends every incident in this directory that an earlier supervisor has left open, with the outcome `interrupted`. Its report stays as
 * it was. Rejects with the system's error.
 *
 * @returns Their ids.
 */
export async function closeInterrupted(directory: string, nowMs: number): Promise<string[]> {
  const closed: string[] = [];
  for (const incident of await listIncidents(directory)) {
    if (incident.endedAtMs !== undefined) continue;
    // eslint-disable-next-line no-await-in-loop -- there are hardly ever two
    if (await isUnderWay(directory, incident, nowMs)) continue;
    const steps = [...incident.steps, { atMs: nowMs, what: STEP }];
    // The last moment of which anything is known.
    const endedAtMs = incident.steps.at(-1)?.atMs ?? incident.openedAtMs;
    // eslint-disable-next-line no-await-in-loop
    await writeIncident(directory, { ...incident, steps, endedAtMs, outcome: 'interrupted' });
    // eslint-disable-next-line no-await-in-loop
    await removeUnfinished(path.join(directory, incident.id));
    closed.push(incident.id);
  }
  return closed;
}

/** Files that were being written. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  const unfinished = names.filter((name) => name.startsWith('new-'));
  await Promise.all(unfinished.map(async (name) => rm(path.join(folder, name), { force: true })));
}
