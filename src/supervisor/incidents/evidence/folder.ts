// Incidents on disk: a directory each, named by the incident's id, with `incident.json` in it and what else was kept.
import { access, constants, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Incident, IncidentOutcome } from '../incident.ts';
import type { Author } from './author.ts';
import { makeDirectory } from './make-directory.ts';

/** Something that was kept of an incident. */
export interface EvidenceFile {
  /** Its name in the incident's directory. */
  readonly file: string;
  /** What it is, and how to open it, in a sentence. */
  readonly what: string;
  readonly bytes: number;
}

/** `incident.json`: an incident, what was kept of it, and what could not be. */
export interface StoredIncident extends Omit<Incident, 'outcome'> {
  /** Of this form. Another number is another form. */
  readonly schema: 1;
  /** Who writes it. Older versions did not say. */
  readonly author?: Author | undefined;
  /** `interrupted`: its supervisor ended first, and a later one has closed it. */
  readonly outcome?: IncidentOutcome | 'interrupted' | undefined;
  readonly evidence: readonly EvidenceFile[];
  /** One sentence for each thing that could not be kept, with the reason. */
  readonly missing: readonly string[];
}

export const INCIDENT_FILE = 'incident.json';

/** An id is also the name of a directory: no dots, no slashes, so it leads nowhere else. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** The same for a file in it, with dots inside. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Evidence may hold what users have sent: only for the operators of the server. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

export function isIncidentId(id: string): boolean {
  return ID.test(id);
}

/**
 * Why nothing can be written to a directory, which need not be there yet; undefined when something can. Writes nothing itself.
 *
 * @param directory Absolute.
 */
export async function problemOfDirectory(directory: string): Promise<string | undefined> {
  for (let folder = directory; ; folder = path.dirname(folder)) {
    try {
      if (!(await stat(folder)).isDirectory()) return `${folder} is not a directory`;
      await access(folder, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || folder === path.dirname(folder)) return message;
    }
  }
}

/**
 * Writes a file of an incident, whole or not at all: under another name first, which then becomes its own.
 * Rejects with the system's error (ENOSPC, EROFS, EACCES, …), leaving nothing behind.
 */
export async function writeEvidence(
  directory: string,
  id: string,
  file: string,
  content: string | Uint8Array,
): Promise<void> {
  const target = pathOf(directory, id, file);
  const temporary = pathOf(directory, id, `new-${process.pid}-${file}`);
  await makeDirectory(path.dirname(target), DIRECTORY_MODE);
  try {
    const handle = await open(temporary, 'w', FILE_MODE);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

export async function writeIncident(directory: string, incident: StoredIncident): Promise<void> {
  await writeEvidence(directory, incident.id, INCIDENT_FILE, `${JSON.stringify(incident, undefined, 2)}\n`);
}

/** Where a file of an incident is. Throws a `RangeError` when the id or the name could lead elsewhere. */
export function pathOf(directory: string, id: string, file: string): string {
  if (!ID.test(id)) throw new RangeError(`not an incident's id: ${JSON.stringify(id)}`);
  if (!FILE_NAME.test(file)) throw new RangeError(`not a file of an incident: ${JSON.stringify(file)}`);
  return path.join(directory, id, file);
}

/** Undefined when there is no such incident, or none that can be read. */
export async function readIncident(directory: string, id: string): Promise<StoredIncident | undefined> {
  if (!ID.test(id)) return undefined;
  try {
    const stored = JSON.parse(
      await readFile(path.join(directory, id, INCIDENT_FILE), 'utf8'),
    ) as Partial<StoredIncident> | null;
    return stored?.schema === 1 && stored.id === id ? (stored as StoredIncident) : undefined;
  } catch {
    return undefined;
  }
}

/** All that can be read, the newest first. */
export async function listIncidents(directory: string): Promise<StoredIncident[]> {
  const ids = await incidentIds(directory);
  const incidents = await Promise.all(ids.toReversed().map((id) => readIncident(directory, id)));
  return incidents.filter((incident) => incident !== undefined);
}

/** The oldest first: an id begins with the time. Links are not followed. */
export async function incidentIds(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && ID.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}
