// How the machine, and the control group that this process runs in, are now. What can't be read is left out.
import { mb } from '../../../core/units.ts';
import { availableParallelism, loadavg, release, totalmem, type } from 'node:os';
import { controlGroups } from './control-group.ts';
import { readCpu } from './cpu.ts';
import { readDisks } from './disks.ts';
import { readMemoryUse } from './memory.ts';
import { oomKillCounter } from './oom-kills.ts';
import { fieldOf, readShort } from './proc.ts';

/** One line of the report: what, and how much. */
export interface MachineFact {
  readonly name: string;
  readonly value: string;
}

/** @param directories Those whose file systems matter. */
export async function machineFacts(directories: readonly string[]): Promise<MachineFact[]> {
  const load = loadavg().map((each) => each.toFixed(2));
  const availableKb = fieldOf(readShort('/proc/meminfo'), 'MemAvailable');
  const disks = await readDisks([...new Set(directories)]);
  return [
    { name: 'system', value: `${type()} ${release()}, Node.js ${process.version}` },
    { name: 'processors', value: String(availableParallelism()) },
    { name: 'load average, 1, 5 and 15 minutes', value: load.join(', ') },
    ...fact('memory available', availableKb, (kb) => `${mb(kb * 1024)} of ${mb(totalmem())} MB`),
    ...controlGroupFacts(),
    ...disks.map(({ path, freeBytes, totalBytes }) => ({
      name: `free on the disk of ${path}`,
      value: `${mb(freeBytes)} of ${mb(totalBytes)} MB`,
    })),
  ];
}

function controlGroupFacts(): MachineFact[] {
  const memory = readMemoryUse();
  const limited = memory?.source === 'control group' ? memory : undefined;
  return [
    ...fact(
      'memory of the control group',
      limited,
      ({ usedBytes, limitBytes }) => `${mb(usedBytes)} of ${mb(limitBytes)} MB`,
    ),
    ...fact('killed for memory by the kernel', oomKillCounter()?.(), String),
    ...fact('processors that the control group may use', processorLimit(), (count) => count.toFixed(2)),
    ...fact('held back by that limit, in all', readCpu().throttledMs, (ms) => `${(ms / 1000).toFixed(1)} s`),
    ...['cpu', 'memory', 'io'].flatMap((resource) => {
      const pressure = readShort(`/proc/pressure/${resource}`) ?? '';
      const average = /^some avg10=([\d.]+)/m.exec(pressure)?.[1];
      return fact(`time lost waiting for ${resource}, last 10 s`, average, (share) => `${share} %`);
    }),
  ];
}

/** The least of the groups' limits; undefined without one. */
function processorLimit(): number | undefined {
  const limits = controlGroups('cpu').flatMap(({ folder }) => {
    const [quota, period] = (readShort(`${folder}/cpu.max`) ?? '').split(/\s+/).map(Number);
    return quota !== undefined && quota > 0 && period !== undefined ? [quota / period] : [];
  });
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/** One line, or none. */
function fact<T>(name: string, found: T | undefined, show: (found: T) => string): MachineFact[] {
  return found === undefined ? [] : [{ name, value: show(found) }];
}
