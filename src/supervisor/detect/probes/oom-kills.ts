// How many processes the kernel has killed because memory ran out: cgroups(7), proc(5).
import { controlGroups } from './control-group.ts';
import { fieldOf, type ReadFile, readShort } from './proc.ts';

/** Where this process's own counter may be, the most telling place first. */
export function oomKillFiles(readFile: ReadFile = readShort): string[] {
  const files = controlGroups('memory', readFile).map(
    ({ version, folder }) => `${folder}/${version === 2 ? 'memory.events' : 'memory.oom_control'}`,
  );
  // Of the whole machine: less telling, but better than nothing.
  return [...files, '/proc/vmstat'];
}

/** The counter of this process, which is its workers' too; undefined where there is none. All its files call it alike. */
export function oomKillCounter(readFile: ReadFile = readShort): (() => number | undefined) | undefined {
  const counts = oomKillFiles(readFile).map((file) => () => fieldOf(readFile(file), 'oom_kill'));
  return counts.find((count) => count() !== undefined);
}
