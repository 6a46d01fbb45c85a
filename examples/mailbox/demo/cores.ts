import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Which processor cores the parts run on: the API on one, all else on the others, so that the storm and the users take
 * nothing from the server that is measured. The same for both sides.
 */
export interface Cores {
  /** For people, in the report. */
  readonly description: string;
  /** The command line that runs a command on the cores of the API, or of the rest. */
  readonly forApi: (command: readonly string[]) => readonly string[];
  readonly forRest: (command: readonly string[]) => readonly string[];
}

export function chooseCores(): Cores {
  const allowed = allowedCores();
  const [first, ...others] = allowed;
  if (first === undefined || others.length === 0 || spawnSync('taskset', ['--version']).status !== 0) {
    const asIs = (command: readonly string[]): readonly string[] => command;
    return { description: 'processes are not pinned to cores', forApi: asIs, forRest: asIs };
  }
  const rest = others.join(',');
  // This process starts the rest of the storm, which inherits its cores.
  spawnSync('taskset', ['--pid', '--cpu-list', rest, String(process.pid)]);
  return {
    description: `the API on core ${first}, everything else on ${others.length === 1 ? `core ${rest}` : `cores ${rest}`}`,
    forApi: (command) => ['taskset', '--cpu-list', String(first), ...command],
    forRest: (command) => ['taskset', '--cpu-list', rest, ...command],
  };
}

/** Inside a container these need not begin with 0. Empty where there is no /proc. */
function allowedCores(): readonly number[] {
  if (!existsSync('/proc/self/status')) return [];
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from = NaN, to = from] = range.split('-').map(Number);
    return Number.isNaN(from) ? [] : Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}
