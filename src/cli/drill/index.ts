import {
  type Drill,
  type DrillReport,
  DRILLS,
  htmlReport,
  junitReport,
  Management,
  reportText,
  resultText,
  runDrills,
} from '../../load/drill/index.ts';
import { type LikeOptions, load } from '../../load/index.ts';
import { instancePort } from '../instances/index.ts';
import { write } from '../output.ts';
import { printable } from '../printable.ts';
import { assertWritable, writeReport } from '../report-file.ts';
import { usageError } from '../usage.ts';
import { plannedFrom, readDrillFile } from './file.ts';
import { proxy } from './proxy.ts';
import type { DrillFlags, DrillRequest } from './request.ts';

const DEFAULT_RATE = 50;

/** `respite drill`. Resolves with the exit code. */
export async function drill(request: DrillRequest): Promise<number> {
  if (request.action === 'proxy') return proxy(request.flags);
  const { names, flags } = request;
  if (flags.list === true) {
    list(chosen(names), flags.json === true);
    return 0;
  }
  const report = await drillUntilSignal(plannedOf(names, flags), flags);
  return report.held ? 0 : 1;
}

/** What is to be carried out. */
export interface Planned {
  readonly drills: readonly Drill[];
  /** The steady load, where it follows what was recorded. */
  readonly like?: LikeOptions | undefined;
}

function plannedOf(names: readonly string[], { file, param }: DrillFlags): Planned {
  if (file === undefined) {
    if (param !== undefined)
      throw usageError('--param is for the routes of a drill file: name it with --file');
    return { drills: chosen(names) };
  }
  if (names.length > 0) throw usageError('--file names the drill: leave out the names');
  return plannedFrom(readDrillFile(file), param);
}

/** Carries out drills. A signal reverts the fault and ends them. */
export async function drillUntilSignal(planned: Planned, flags: DrillFlags): Promise<DrillReport> {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    write('stderr', 'interrupted: the fault is reverted\n');
    interrupted.abort();
  };
  // The second time is not waited for: the fault ends with this process.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    return await run(planned, flags, interrupted.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt);
  }
}

async function run({ drills, like }: Planned, flags: DrillFlags, signal: AbortSignal): Promise<DrillReport> {
  const { json = false, path = '/', url, junit, html } = flags;
  if (!path.startsWith('/')) throw usageError(`--path must begin with /, got ${JSON.stringify(path)}`);
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw usageError(`--url must be an http or https URL, got ${JSON.stringify(url)}`);
  const rate = number('--rate', flags.rate, 1, 100_000, 'a number from 1 to 100000') ?? DEFAULT_RATE;
  const floor = number('--stop-below', flags.stopBelow, 0, 1, 'a number from 0 to 1');
  assertWritable('--junit', junit);
  assertWritable('--html', html);
  const say = (text: string): void =>
    write(json || flags.quiet === true ? 'stderr' : 'stdout', `${printable(text)}\n`);
  let done = 0;
  const report = await runDrills({
    drills,
    management: new Management(instancePort(flags)),
    load,
    rate,
    like,
    path,
    url,
    floor,
    signal,
    onStart: ({ name, about }) => {
      done += 1;
      write('stderr', `${done}/${drills.length} ${name}: ${about} …\n`);
    },
    onResult: (result) => resultText(result).split('\n').forEach(say),
  });
  reportText(report).split('\n').forEach(say);
  if (json) write('stdout', `${JSON.stringify(report)}\n`);
  writeReport(junit, () => junitReport(report));
  writeReport(html, () => htmlReport(report));
  return report;
}

function chosen(names: readonly string[]): readonly Drill[] {
  for (const name of names) {
    if (DRILLS.every((each) => each.name !== name))
      throw usageError(`there is no drill ${JSON.stringify(name)}; respite drill --list shows them`);
  }
  return names.length === 0 ? DRILLS : DRILLS.filter(({ name }) => names.includes(name));
}

function list(drills: readonly Drill[], json: boolean): void {
  const rows = drills.map(({ name, about }) => ({ name, about }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  const text = rows.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join('');
  write('stdout', json ? `${JSON.stringify(rows)}\n` : text);
}

function number(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
  rule: string,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`${flag} must be ${rule}, got ${JSON.stringify(text)}`);
}
