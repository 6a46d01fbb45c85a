import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RespiteError } from '../../core/errors.ts';
import {
  type DrillFile,
  drillFileOf,
  type DrillReport,
  parseDrillFile,
  replayOf,
} from '../../load/drill/index.ts';
import { listIncidents, pathOf } from '../../supervisor/incidents/evidence/folder.ts';
import { LOAD_FILE, type LoadBefore, type StoredIncident } from '../../supervisor/index.ts';
import { plannedFrom } from '../drill/file.ts';
import { drillUntilSignal } from '../drill/index.ts';
import { write } from '../output.ts';
import { printable } from '../printable.ts';
import { describe } from '../usage.ts';
import { findIncident } from './directory.ts';
import type { ReplayFlags } from './request.ts';

/** `respite incidents replay`. Resolves with 0 when the same cause was found, otherwise with 1. */
export async function replay(directory: string, id: string, flags: ReplayFlags): Promise<number> {
  const incident = await findIncident(directory, id);
  const found = replayOf(incident, await listIncidents(directory));
  if ('reason' in found) {
    const why = `${incident.cause} cannot be replayed: ${found.reason}`;
    if (flags.json === true)
      say(JSON.stringify({ incident: incident.id, cause: incident.cause, reason: found.reason }));
    throw new RespiteError('RESPITE_CLI_REPLAY', why);
  }
  const file = fileOf(incident, found.drill, loadOf(directory, incident));
  const output = path.resolve(flags.output ?? `${incident.id}.drill.json`);
  // What is wrong with the parameters is found before anything is written.
  const planned = flags.run === false ? undefined : plannedFrom(file, flags.param);
  writeFile(output, file);
  const about = `${printable(output)}: the drill ${found.drill} with ${loadText(file)}`;
  write(flags.json === true && planned !== undefined ? 'stderr' : 'stdout', `${about}\n`);
  if (planned === undefined) return 0;
  const report = await drillUntilSignal(planned, { ...flags, json: false, quiet: flags.json === true });
  const verdict = verdictOf(incident.cause, report);
  if (flags.json === true)
    say(JSON.stringify({ incident: incident.id, cause: incident.cause, file: output, ...verdict, report }));
  else say(verdict.text);
  return verdict.isSame ? 0 : 1;
}

/** Evidence comes from a disk, and may be of another version. */
function fileOf(incident: StoredIncident, drill: string, load: LoadBefore | undefined): DrillFile {
  try {
    return parseDrillFile(JSON.stringify(drillFileOf(incident, drill, load)), 'the drill file');
  } catch (error) {
    const what = error instanceof RespiteError ? error.message : describe(error);
    throw new RespiteError(
      'RESPITE_CLI_REPLAY',
      `the evidence of ${incident.id} makes no drill file: ${what}`,
      { cause: error },
    );
  }
}

interface Verdict {
  readonly isSame: boolean;
  readonly found: readonly string[];
  readonly text: string;
}

function verdictOf(cause: string, { results: [result] }: DrillReport): Verdict {
  const found = result?.causes ?? [];
  if (result === undefined || result.outcome === 'skipped' || result.reason !== undefined)
    return { isSame: false, found, text: `not replayed: ${result?.reason ?? 'interrupted'}` };
  const others = found.filter((each) => each !== cause);
  if (!found.some((each) => each === cause))
    return {
      isSame: false,
      found,
      text: `another cause: ${found.join(', ') || 'no incident'}; it was ${cause}`,
    };
  const beside = others.length === 0 ? '' : `; also ${others.join(', ')}`;
  return { isSame: true, found, text: `same cause: ${cause}${beside}` };
}

function loadOf(directory: string, { id, evidence }: StoredIncident): LoadBefore | undefined {
  if (!evidence.some(({ file }) => file === LOAD_FILE)) return undefined;
  const file = pathOf(directory, id, LOAD_FILE);
  try {
    const load = JSON.parse(readFileSync(file, 'utf8')) as LoadBefore;
    if (load.version !== 1) throw new Error(`version ${String(load.version)} is not known`);
    return load;
  } catch (error) {
    throw new RespiteError('RESPITE_CLI_REPLAY', `cannot read ${file}: ${describe(error)}`, { cause: error });
  }
}

function loadText({ load }: DrillFile): string {
  if (load === undefined) return 'a steady load: the evidence of the incident has none';
  const requests = load.steps.flat().reduce((sum, count) => sum + count, 0);
  const seconds = (load.steps.length * load.stepMs) / 1000;
  return `the load before the incident: ${(requests / seconds).toFixed(1)} requests a second of ${load.routes.length} ${load.routes.length === 1 ? 'route' : 'routes'}`;
}

function writeFile(file: string, content: DrillFile): void {
  try {
    writeFileSync(file, `${JSON.stringify(content)}\n`);
  } catch (error) {
    throw new RespiteError('RESPITE_CLI_REPLAY', `cannot write ${file}: ${describe(error)}`, {
      cause: error,
    });
  }
}

function say(text: string): void {
  write('stdout', `${text}\n`);
}
