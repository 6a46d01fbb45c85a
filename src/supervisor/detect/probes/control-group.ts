// Which control groups this process belongs to: cgroups(7).
import { type ReadFile, readShort, settingsOf } from './proc.ts';

export interface ControlGroup {
  readonly version: 1 | 2;
  readonly folder: string;
}

/**
 * The groups that limit this process, its own first, then those above it. In a container the path may be that of the host,
 * which does not exist there: the root is then its own.
 */
export function controlGroups(
  controller: 'cpu' | 'memory',
  readFile: ReadFile = readShort,
): readonly ControlGroup[] {
  const lines = (settingsOf(readFile)('/proc/self/cgroup') ?? '').split('\n');
  return lines.flatMap((line): ControlGroup[] => {
    const [, id, controllers = '', place = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === '0' && controllers === '') {
      return folders('/sys/fs/cgroup', place).map((folder) => ({ version: 2, folder }));
    }
    if (!controllers.split(',').includes(controller)) return [];
    return folders(`/sys/fs/cgroup/${controller}`, place).map((folder) => ({ version: 1, folder }));
  });
}

function folders(root: string, place: string): string[] {
  const found = [root];
  for (const part of place.split('/')) {
    // A namespace whose root is deeper than ours shows as "..": those groups can't be read from here.
    if (part !== '' && part !== '..') found.push(`${found.at(-1)}/${part}`);
  }
  return found.toReversed();
}
