// The instance file: what `respite run` leaves for the commands that look for it. It holds no secret.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A running `respite run`, as its instance file describes it. */
export interface Instance {
  /** What `--name` selects it by. Two instances may have the same name. */
  readonly name: string;
  /** Process id of the supervisor. */
  readonly pid: number;
  /** When that process began, in the kernel's own count; undefined where the kernel does not tell. A process id is used again, this pair is not. */
  readonly processStart: string | undefined;
  /** Name of the machine or container: process ids of another one mean nothing here. */
  readonly host: string;
  /** Absolute path of the user's script. */
  readonly script: string;
  /** Address of the management port: `host:port` or `unix:/path`. */
  readonly management: string;
  /** Version of Respite. */
  readonly version: string;
}

/** A name is typed, and shown in a list. */
export const NAME_RULE = 'up to 64 letters, digits, dots, hyphens and underscores';

export function isName(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text);
}

/** The name of an instance that was started without `--name`: its script's, without the extension. */
export function nameOf(script: string): string {
  const name = path.parse(script).name.replaceAll(/[^\w.-]/g, '-');
  return isName(name) ? name : 'server';
}

/**
 * The directories that may hold instance files, best first: the one that `RESPITE_INSTANCES` names and no other, or `.respite/instances`
 * in the working directory and the user's own directory for such files (`XDG_RUNTIME_DIR`), for working directories that can't be written to.
 */
export function instanceDirectories(cwd: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { RESPITE_INSTANCES: named, XDG_RUNTIME_DIR: runtime } = env;
  if (named) return [path.resolve(cwd, named)];
  const own = path.join(cwd, '.respite', 'instances');
  return runtime && path.isAbsolute(runtime) ? [own, path.join(runtime, 'respite')] : [own];
}

/** Containers that share a directory may have the same process ids. */
export function fileNameOf({ host, pid }: Pick<Instance, 'host' | 'pid'>): string {
  return `${host.replaceAll(/[^\w.-]/g, '_')}-${pid}.json`;
}

/** Whether a file is named as {@link fileNameOf} names it. */
export function isFileName(name: string): boolean {
  return /^[\w.-]+-\d+\.json$/.test(name);
}

/** Undefined for a text that is no instance file. */
export function decodeInstance(text: string): Instance | undefined {
  let found: Partial<Record<keyof Instance, unknown>> | null;
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  const { name, pid, processStart: start, host, script, management, version } = found;
  const texts = [name, host, script, management, version];
  if (texts.some((each) => typeof each !== 'string')) return undefined;
  if (start !== undefined && typeof start !== 'string') return undefined;
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? (found as Instance) : undefined;
}

/** Field 22 of proc_pid_stat(5), in clock ticks since the machine started; undefined without such a process, or without /proc. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, which may contain any character.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
  } catch {
    return undefined;
  }
}
