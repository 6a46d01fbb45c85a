import { existsSync } from 'node:fs';
import path from 'node:path';
import { INCIDENT_FILE, listIncidents, pathOf } from '../../supervisor/incidents/evidence/folder.ts';
import { write } from '../output.ts';
import { usageError } from '../usage.ts';
import { findIncident, incidentsSettings } from './directory.ts';
import { incidentsTable } from './list.ts';
import { opener, openWith } from './open.ts';
import { prune } from './prune.ts';
import { replay } from './replay.ts';
import type { IncidentsRequest } from './request.ts';
import { incidentText } from './show.ts';

/** `respite incidents`: resolves with the exit code. Rejects with a usage error that names what is not there, and where. */
export async function incidents(request: IncidentsRequest): Promise<number> {
  const settings = await incidentsSettings(process.cwd(), request.flags);
  const { directory } = settings;
  const { json } = request.flags;
  switch (request.action) {
    case 'list': {
      const found = await listIncidents(directory);
      if (json) say(JSON.stringify(found, undefined, 2));
      else if (found.length === 0) say(`no incidents in ${directory}`);
      else write('stdout', incidentsTable(found, process.stdout.columns));
      return 0;
    }
    case 'show': {
      const found = await findIncident(directory, request.id);
      write('stdout', json ? `${JSON.stringify(found, undefined, 2)}\n` : incidentText(found, directory));
      return 0;
    }
    case 'open': {
      const { id } = await findIncident(directory, request.id);
      await open(pathOf(directory, id, 'report.html'));
      return 0;
    }
    case 'replay':
      return replay(directory, request.id, request.flags);
    case 'prune': {
      const removed = await prune(settings, request.flags, Date.now());
      say(`${removed.length} removed from ${directory}${removed.map((id) => `\n${id}`).join('')}`);
      return 0;
    }
    default:
      return request satisfies never;
  }
}

async function open(report: string): Promise<void> {
  if (!existsSync(report)) {
    throw usageError(
      `no report was kept: ${report} is not there; what was is beside ${path.join(path.dirname(report), INCIDENT_FILE)}`,
    );
  }
  const program = opener(process.platform, process.env);
  if (program !== undefined && (await openWith(program, report))) return;
  say(report);
}

function say(text: string): void {
  write('stdout', `${text}\n`);
}
