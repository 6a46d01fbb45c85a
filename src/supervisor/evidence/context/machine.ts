// The machine and the control group that this process runs in, from /proc and /sys. What is missing is left out.
import { statfs } from 'node:fs/promises';
import { availableParallelism, loadavg, release, totalmem, type } from 'node:os';
import { readFileSync } from 'node:fs';
import { History } from '../../history/index.ts';

/** One line of the report: what, and how much. */
export interface MachineFact {
  readonly name: string;
  readonly value: string;
}

/** Counters of the machine, read once a second. */
interface Reading {
  readonly busyTicks: number;
  readonly allTicks: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly diskTicks: number;
}

/** What is kept of the machine. */
export const MACHINE_MEASURES = [
  'processorShare',
  'memoryShare',
  'receivedBytesPerSecond',
  'sentBytesPerSecond',
  'diskShare',
] as const;

export type MachineMeasure = (typeof MACHINE_MEASURES)[number];

const CGROUP = '/sys/fs/cgroup';

/** What the whole machine did, once a second. */
export class MachineHistory {
  readonly history: History<MachineMeasure>;
  #last: Reading | undefined;
  #atMs = 0;

  constructor(length: number) {
    this.history = new History(MACHINE_MEASURES, length);
  }

  add(nowMs: number): void {
    const last = this.#last;
    const now = read();
    const seconds = (nowMs - this.#atMs) / 1000;
    this.#last = now;
    this.#atMs = nowMs;
    if (last === undefined) return;
    this.history.add({
      atMs: nowMs,
      processorShare: (now.busyTicks - last.busyTicks) / (now.allTicks - last.allTicks),
      memoryShare: memoryShare(),
      receivedBytesPerSecond: (now.receivedBytes - last.receivedBytes) / seconds,
      sentBytesPerSecond: (now.sentBytes - last.sentBytes) / seconds,
      diskShare: (now.diskTicks - last.diskTicks) / (1000 * seconds),
    });
  }
}

/** How the machine is now, in words. @param directories Those whose file systems matter. */
export async function machineFacts(directories: readonly string[]): Promise<MachineFact[]> {
  const facts: MachineFact[] = [
    { name: 'system', value: `${type()} ${release()}, Node.js ${process.version}` },
    { name: 'processors', value: String(availableParallelism()) },
    {
      name: 'load average, 1, 5 and 15 minutes',
      value: loadavg()
        .map((load) => load.toFixed(2))
        .join(', '),
    },
  ];
  const available = memoryAvailableBytes();
  if (available !== undefined)
    facts.push({ name: 'memory available', value: `${mb(available)} of ${mb(totalmem())} MB` });
  facts.push(...cgroupFacts());
  for (const directory of new Set(directories)) {
    // eslint-disable-next-line no-await-in-loop -- two at most
    const disk = await statfs(directory).catch(() => undefined);
    if (disk === undefined || disk.blocks === 0) continue;
    const free = mb(disk.bavail * disk.bsize);
    facts.push({
      name: `free on the disk of ${directory}`,
      value: `${free} of ${mb(disk.blocks * disk.bsize)} MB`,
    });
  }
  return facts;
}

/** Control groups of version 2; a container sees its own at the root. */
function cgroupFacts(): MachineFact[] {
  const facts: MachineFact[] = [];
  const used = numberIn(`${CGROUP}/memory.current`);
  const limit = numberIn(`${CGROUP}/memory.max`);
  if (used !== undefined)
    facts.push({
      name: 'memory of the control group',
      value: limit === undefined ? `${mb(used)} MB, no limit` : `${mb(used)} of ${mb(limit)} MB`,
    });
  const kills = field(text(`${CGROUP}/memory.events`), 'oom_kill');
  if (kills !== undefined) facts.push({ name: 'killed for memory by the kernel', value: String(kills) });
  const [quota, period] = text(`${CGROUP}/cpu.max`).split(/\s+/).map(Number);
  if (quota !== undefined && quota > 0 && period !== undefined)
    facts.push({ name: 'processors that the control group may use', value: (quota / period).toFixed(2) });
  const throttledUs = field(text(`${CGROUP}/cpu.stat`), 'throttled_usec');
  if (throttledUs !== undefined)
    facts.push({ name: 'held back by that limit, in all', value: `${(throttledUs / 1e6).toFixed(1)} s` });
  for (const resource of ['cpu', 'memory', 'io']) {
    const average = /^some avg10=([\d.]+)/m.exec(text(`/proc/pressure/${resource}`))?.[1];
    if (average !== undefined)
      facts.push({ name: `time lost waiting for ${resource}, last 10 s`, value: `${average} %` });
  }
  return facts;
}

function read(): Reading {
  const [, ...ticks] = (/^cpu .*/m.exec(text('/proc/stat'))?.[0] ?? '').split(/\s+/).map(Number);
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
  const all = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of text('/proc/net/dev').split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (counters === undefined || name?.trim() === 'lo') continue;
    const numbers = counters.trim().split(/\s+/).map(Number);
    receivedBytes += numbers[0] ?? 0;
    sentBytes += numbers[8] ?? 0;
  }
  let diskTicks = 0;
  for (const line of text('/proc/diskstats').split('\n')) {
    const fields = line.trim().split(/\s+/);
    // Whole disks: partitions are counted in them. The 13th field is the milliseconds spent doing I/O.
    if (/^(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+)$/.test(fields[2] ?? ''))
      diskTicks = Math.max(diskTicks, Number(fields[12]));
  }
  return { busyTicks: all - idle, allTicks: all, receivedBytes, sentBytes, diskTicks };
}

/** Of the control group's limit where there is one, otherwise of the machine. */
function memoryShare(): number {
  const limit = numberIn(`${CGROUP}/memory.max`);
  const used = numberIn(`${CGROUP}/memory.current`);
  if (limit !== undefined && used !== undefined) return used / limit;
  const available = memoryAvailableBytes();
  return available === undefined ? Number.NaN : 1 - available / totalmem();
}

function memoryAvailableBytes(): number | undefined {
  const kilobytes = field(text('/proc/meminfo'), 'MemAvailable:');
  return kilobytes === undefined ? undefined : kilobytes * 1024;
}

/** What a process has had of processors since its start, in seconds; undefined where that is not told. */
export function cpuSecondsOf(pid: number): number | undefined {
  const stat = text(`/proc/${pid}/stat`);
  // The name of the process may have anything in it, but for what follows its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  // USER_HZ is 100 on every architecture that Node.js runs on.
  return Number.isNaN(ticks) ? undefined : ticks / 100;
}

function numberIn(file: string): number | undefined {
  const value = text(file).trim();
  return /^\d+$/.test(value) ? Number(value) : undefined;
}

function field(content: string, name: string): number | undefined {
  for (const line of content.split('\n')) {
    const [key, value] = line.split(/\s+/);
    if (key === name && value !== undefined) return Number(value);
  }
  return undefined;
}

/** Files of the kernel's own are in memory: reading one takes some microseconds, and a promise more than that. */
function text(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
