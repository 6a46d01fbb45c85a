import { readFile } from 'node:fs/promises';
import {
  listIncidents as listStored,
  pathOf,
  readIncident,
  type StoredIncident,
} from '../supervisor/incidents/evidence/folder.ts';
import { type Answer, json, refusal } from './answer.ts';
import type { RouteContext } from './routes.ts';

/** As many are listed. */
const MOST = 100;

/** The report shows what a worker left behind: it may bring its own style and pictures, and nothing else happens. */
const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Of this run, or from the disk: then with what was kept of it. */
type Known = Omit<StoredIncident, 'schema' | 'evidence' | 'missing'> &
  Partial<Pick<StoredIncident, 'evidence'>>;

/** A line of the list: enough to choose one. */
type Listed = Pick<
  StoredIncident,
  'id' | 'cause' | 'summary' | 'worker' | 'openedAtMs' | 'endedAtMs' | 'outcome'
> & {
  /** Names of the files that were kept of it. */
  readonly evidence: readonly string[];
};

/** Those of this run and those on disk, newest first. */
export async function listIncidents({ supervisor, incidentsDirectory }: RouteContext): Promise<Answer> {
  const found = new Map<string, Known>();
  for (const stored of await storedIn(incidentsDirectory)) found.set(stored.id, stored);
  // What is known here is newer than what was written; only the files are known there alone.
  for (const live of supervisor.status().incidents) found.set(live.id, { ...found.get(live.id), ...live });
  const newest = [...found.values()].toSorted(
    (a, b) => b.openedAtMs - a.openedAtMs || (a.id < b.id ? 1 : -1),
  );
  return json(200, { incidents: newest.slice(0, MOST).map(listed) });
}

/** All that is known of one. */
export async function showIncident(
  { supervisor, incidentsDirectory }: RouteContext,
  id: string,
): Promise<Answer> {
  const stored = incidentsDirectory === undefined ? undefined : await readIncident(incidentsDirectory, id);
  const live = supervisor.status().incidents.find((incident) => incident.id === id);
  if (stored === undefined && live === undefined) return unknown();
  return json(200, { ...stored, ...live });
}

export async function showReport({ incidentsDirectory }: RouteContext, id: string): Promise<Answer> {
  if (incidentsDirectory === undefined) return unknown();
  try {
    return {
      status: 200,
      body: await readFile(pathOf(incidentsDirectory, id, 'report.html'), 'utf8'),
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': REPORT_POLICY,
        'Referrer-Policy': 'no-referrer',
      },
    };
  } catch {
    return refusal(404, 'no report was kept of such an incident; GET /incidents lists them');
  }
}

async function storedIn(directory: string | undefined): Promise<readonly StoredIncident[]> {
  return directory === undefined ? [] : listStored(directory);
}

function unknown(): Answer {
  return refusal(404, 'no such incident; GET /incidents lists them');
}

function listed(incident: Known): Listed {
  const { id, cause, summary, worker, openedAtMs, endedAtMs, outcome, evidence = [] } = incident;
  return {
    id,
    cause,
    summary,
    worker,
    openedAtMs,
    endedAtMs,
    outcome,
    evidence: evidence.map(({ file }) => file),
  };
}
