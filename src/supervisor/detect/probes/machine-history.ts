// What the whole machine does, from /proc, second by second.
import { History } from '../../../core/history.ts';
import { readMemoryUse } from './memory.ts';
import { readShort } from './proc.ts';

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

function read(): Reading {
  const [, ...ticks] = (/^cpu .*/m.exec(readShort('/proc/stat') ?? '')?.[0] ?? '').split(/\s+/).map(Number);
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user already.
  const all = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of (readShort('/proc/net/dev') ?? '').split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (counters === undefined || name?.trim() === 'lo') continue;
    const numbers = counters.trim().split(/\s+/).map(Number);
    receivedBytes += numbers[0] ?? 0;
    sentBytes += numbers[8] ?? 0;
  }
  let diskTicks = 0;
  for (const line of (readShort('/proc/diskstats') ?? '').split('\n')) {
    const fields = line.trim().split(/\s+/);
    // Whole disks: partitions are counted in them. The 13th field is the milliseconds spent doing I/O.
    if (/^(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+)$/.test(fields[2] ?? ''))
      diskTicks = Math.max(diskTicks, Number(fields[12]));
  }
  return { busyTicks: all - idle, allTicks: all, receivedBytes, sentBytes, diskTicks };
}

/** Of the control group's limit where there is one, otherwise of the machine. */
function memoryShare(): number {
  const { usedBytes, limitBytes } = readMemoryUse() ?? { usedBytes: Number.NaN, limitBytes: 1 };
  return usedBytes / limitBytes;
}
