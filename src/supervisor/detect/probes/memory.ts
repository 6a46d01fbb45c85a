// How much memory there is and how much of it is used: of the control group, or of the machine.
import { type ControlGroup, memoryLimitOf, usedMemoryOf } from '../../../core/control-group.ts';
import type { LimitSource } from '../detectors/index.ts';
import { controlGroups } from './control-group.ts';
import { fieldOf, type ReadFile, readShort, settingsOf } from './proc.ts';

export interface MemoryUse {
  readonly limitBytes: number;
  readonly usedBytes: number;
  readonly source: LimitSource;
}

/** Of the groups that have a limit, the one that is nearest to it; without any the machine. */
export function readMemoryUse(readFile: ReadFile = readShort): MemoryUse | undefined {
  const uses = controlGroups('memory', readFile).map((group) => readGroup(group, readFile));
  const limited = uses.filter((use) => use !== undefined);
  const [tightest] = limited.toSorted((a, b) => b.usedBytes / b.limitBytes - a.usedBytes / a.limitBytes);
  return tightest ?? readMachine(readFile('/proc/meminfo'));
}

interface Resident {
  readonly report?: { readonly rssBytes: number } | undefined;
}

/** With a limit of the user's own, what counts is what the supervisor and all workers have. */
export function memoryUseOf(
  limitBytes: number | undefined,
  workers: Iterable<Resident>,
): MemoryUse | undefined {
  if (limitBytes === undefined) return readMemoryUse();
  let usedBytes = process.memoryUsage.rss();
  for (const { report } of workers) usedBytes += report?.rssBytes ?? 0;
  return { limitBytes, usedBytes, source: 'configuration' };
}

/** The smallest limit of all groups, or what the machine has; undefined where that is unknown. */
export function memoryLimitBytes(readFile: ReadFile = readShort): number | undefined {
  const limits = controlGroups('memory', readFile).map((group) => limitOf(group, readFile));
  const machineBytes = 1024 * (fieldOf(readFile('/proc/meminfo'), 'MemTotal') ?? Infinity);
  const least = Math.min(machineBytes, ...limits.map((limit) => limit ?? Infinity));
  return Number.isFinite(least) ? least : undefined;
}

function limitOf(group: ControlGroup, readFile: ReadFile): number | undefined {
  return memoryLimitOf(group, settingsOf(readFile));
}

function readGroup(group: ControlGroup, readFile: ReadFile): MemoryUse | undefined {
  const limitBytes = limitOf(group, readFile);
  if (limitBytes === undefined) return undefined;
  const usedBytes = usedMemoryOf(group, readFile);
  return usedBytes === undefined ? undefined : { limitBytes, usedBytes, source: 'control group' };
}

function readMachine(meminfo: string | undefined): MemoryUse | undefined {
  const limitBytes = 1024 * (fieldOf(meminfo, 'MemTotal') ?? Number.NaN);
  const usedBytes = limitBytes - 1024 * (fieldOf(meminfo, 'MemAvailable') ?? Number.NaN);
  return usedBytes >= 0 ? { limitBytes, usedBytes, source: 'machine' } : undefined;
}
