// How much memory there is and how much of it is used: of the control group, or of the machine.
import type { LimitSource } from '../detect/index.ts';
import { read } from './proc.ts';

/** What one reading has found; files that can't be read are undefined. */
export type ReadFile = (file: string) => Promise<string | undefined>;

export interface MemoryUse {
  readonly limitBytes: number;
  readonly usedBytes: number;
  readonly source: LimitSource;
}

/** v1 without a limit holds 2⁶³ rounded to a page. */
const NO_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

interface Group {
  readonly folder: string;
  readonly limit: string;
  readonly used: string;
  /** In `memory.stat`: what the kernel takes back before it ends anybody. */
  readonly cache: string;
}

/**
 * The groups that a process's memory counts towards: its own and those above it; cgroups(7). In a container the path may be that of the
 * host, which does not exist there: the root then has the limit.
 *
 * @param text `/proc/self/cgroup`.
 */
export function memoryGroups(text: string): Group[] {
  return text.split('\n').flatMap((line) => {
    const [, id, controllers = '', place = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === '0' && controllers === '') {
      return folders('/sys/fs/cgroup', place).map((folder) => ({
        folder,
        limit: 'memory.max',
        used: 'memory.current',
        cache: 'inactive_file',
      }));
    }
    if (!controllers.split(',').includes('memory')) return [];
    return folders('/sys/fs/cgroup/memory', place).map((folder) => ({
      folder,
      limit: 'memory.limit_in_bytes',
      used: 'memory.usage_in_bytes',
      cache: 'total_inactive_file',
    }));
  });
}

function folders(root: string, place: string): string[] {
  const found = [root];
  for (const part of place.split('/')) {
    // A namespace whose root is deeper than ours shows as "..": those groups can't be read from here.
    if (part !== '' && part !== '..') found.push(`${found.at(-1)}/${part}`);
  }
  return found;
}

/** Of the groups that have a limit, the one that is nearest to it; without any the machine. */
export async function readMemoryUse(readFile: ReadFile = read): Promise<MemoryUse | undefined> {
  const groups = memoryGroups((await readFile('/proc/self/cgroup')) ?? '');
  const uses = await Promise.all(groups.map((group) => readGroup(group, readFile)));
  const limited = uses.filter((use) => use !== undefined);
  const [tightest] = limited.toSorted((a, b) => b.usedBytes / b.limitBytes - a.usedBytes / a.limitBytes);
  return tightest ?? readMachine(await readFile('/proc/meminfo'));
}

async function readGroup(
  { folder, limit, used, cache }: Group,
  readFile: ReadFile,
): Promise<MemoryUse | undefined> {
  const limitBytes = Number((await readFile(`${folder}/${limit}`)) ?? Number.NaN);
  if (!(limitBytes > 0 && limitBytes < NO_LIMIT_BYTES)) return undefined;
  const [current, stat] = await Promise.all([
    readFile(`${folder}/${used}`),
    readFile(`${folder}/memory.stat`),
  ]);
  if (current === undefined) return undefined;
  const cached = Number(new RegExp(`^${cache} (\\d+)`, 'm').exec(stat ?? '')?.[1] ?? 0);
  return { limitBytes, usedBytes: Math.max(0, Number(current) - cached), source: 'control group' };
}

function readMachine(meminfo: string | undefined): MemoryUse | undefined {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo ?? '')?.[1] ?? Number.NaN);
  const limitBytes = bytes('MemTotal');
  const usedBytes = limitBytes - bytes('MemAvailable');
  return usedBytes >= 0 ? { limitBytes, usedBytes, source: 'machine' } : undefined;
}
