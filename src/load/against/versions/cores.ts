// The servers on one core, both alike, and the load generator on the others, so that neither takes time from the other.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cores {
  /** A command line that runs `command` on the servers' core. */
  forServer(command: readonly string[]): readonly string[];
  /** Where everything runs, for the report. */
  readonly description: string;
  /** Gives this process its cores back. */
  restore(): void;
}

/** Moves this process, with its threads, off the servers' core. Without `taskset` or a second core, everything runs anywhere. */
export function divideCores(): Cores {
  const allowed = allowedCores();
  const [server, ...others] = allowed;
  if (server === undefined || others.length === 0) return undivided('there is only one core');
  if (!pinThisProcess(others)) return undivided('taskset (util-linux) is not installed');
  return {
    forServer: (command) => ['taskset', '-c', String(server), ...command],
    description: `both versions on core ${server}, load on core${others.length === 1 ? '' : 's'} ${others.join(', ')}`,
    restore: () => void pinThisProcess(allowed),
  };
}

/** @param cores As the kernel lists them: `0-3,8`. */
export function parseCores(cores: string): readonly number[] {
  return cores
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

function undivided(because: string): Cores {
  return {
    forServer: (command) => command,
    description: `servers and load share all cores: ${because}`,
    restore: () => {},
  };
}

function allowedCores(): readonly number[] {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return parseCores(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
  } catch {
    return [];
  }
}

function pinThisProcess(cores: readonly number[]): boolean {
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', cores.join(','), String(process.pid)]);
  return status === 0;
}
