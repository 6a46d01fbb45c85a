// What an instance is like, as far as drills depend on it.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readDescriptors, readDisks, readMemoryUse } from '../../detect/probes/index.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { ResolvedSupervisorOptions } from '../options.ts';
import type { DrillFacts, DrillFault } from './contract.ts';
import type { ResolvedDrillOptions } from './options.ts';

interface Instance {
  readonly options: ResolvedDrillOptions;
  readonly supervisor: ResolvedSupervisorOptions;
  readonly live: ReadonlySet<WorkerProcess>;
}

export async function readFacts(
  { options, supervisor, live }: Instance,
  active: DrillFault | undefined,
): Promise<DrillFacts> {
  const { detect, stableMs, drainTimeoutMs, trialMs } = supervisor;
  const [first] = live;
  const [descriptors, disks] = await Promise.all([
    first === undefined ? undefined : readDescriptors(first.pid),
    readDisks(),
  ]);
  const [disk] = disks.toSorted((a, b) => a.totalBytes - b.totalBytes);
  return {
    pid: process.pid,
    active,
    dependencies: Object.fromEntries(
      Object.entries(options.dependencies).map(([name, { host, port }]) => [
        name,
        host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
      ]),
    ),
    detectMs: {
      blockedLoop: detect.blockedLoop === false ? undefined : detect.blockedLoop.evidenceMs,
      stuckRequests: detect.stuckRequests === false ? undefined : detect.stuckRequests.afterMs,
      cpuStarved: detect.cpuStarved === false ? undefined : detect.cpuStarved.afterMs,
    },
    detects: {
      gcDeathSpiral: detect.gcDeathSpiral !== false,
      memory: detect.memory !== false,
      descriptors: detect.descriptors !== false,
      diskFull: detect.diskFull !== false,
    },
    stableMs,
    drainTimeoutMs,
    trialMs,
    memory: memoryOf(detect.memory, live),
    descriptors: descriptors?.limit,
    disk: disk && { path: disk.path, totalBytes: disk.totalBytes, freeBytes: disk.freeBytes },
    starvingLacks: starvingLacks(),
  };
}

function memoryOf(
  memory: ResolvedSupervisorOptions['detect']['memory'],
  live: ReadonlySet<WorkerProcess>,
): DrillFacts['memory'] {
  const configured = memory === false ? undefined : memory.limitBytes;
  if (configured !== undefined) {
    const usedBytes = [...live].reduce(
      (sum, { report }) => sum + (report?.rssBytes ?? 0),
      process.memoryUsage.rss(),
    );
    return { limitBytes: configured, usedBytes };
  }
  const use = readMemoryUse();
  return use?.source === 'control group' ? use : undefined;
}

function starvingLacks(): string | undefined {
  return isInstalled('taskset') ? undefined : 'taskset of util-linux is not installed';
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
