// Cores of their own for the server and for the load generator, so that neither takes time from the other.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cores {
  /** Those of the server; empty where nothing can be pinned. */
  readonly server: readonly number[];
  /** Cores that another worker could have. */
  readonly spare: readonly number[];
  /** For people: which cores, or why none. */
  readonly text: string;
}

/** Pins this process, which makes the load, to its last core. @param workers Workers of the server, a core for each if there are enough. */
export function pinGenerator(workers: number): Cores {
  const allowed = allowedCores();
  const generator = allowed.at(-1);
  if (allowed.length < 2 || generator === undefined) return unpinned('there is only one core');
  const { status, error } = spawnSync('taskset', ['-a', '-c', '-p', String(generator), String(process.pid)]);
  if (error !== undefined) return unpinned('taskset is not installed');
  if (status !== 0) return unpinned('taskset could not move this process');
  const others = allowed.slice(0, -1);
  const server = others.slice(0, workers);
  return {
    server,
    spare: others.slice(workers),
    text: `server on core ${server.join(', ')}, load generator on core ${generator}`,
  };
}

/** A command line that runs `command` on these cores. */
export function onCores(cores: readonly number[], command: readonly string[]): readonly string[] {
  return cores.length === 0 ? command : ['taskset', '-c', cores.join(','), ...command];
}

function unpinned(because: string): Cores {
  return { server: [], spare: [], text: `server and load generator share all cores: ${because}` };
}

/** Of proc_pid_status(5); empty where there is no such file. */
function allowedCores(): readonly number[] {
  try {
    const [, list = ''] =
      /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return coresOf(list);
  } catch {
    return [];
  }
}

/** `0-2,5` are 0, 1, 2 and 5. */
export function coresOf(list: string): readonly number[] {
  return list
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i).filter(
        Number.isInteger,
      );
    });
}
