// What the kernel tells of the instance's processes, its control group and its listening sockets. Read at each scrape.
import { open } from 'node:fs/promises';
import type { MachineFigures } from '../../../telemetry/index.ts';
import type { SocketStatus, WorkerStatus } from '../../workers/status.ts';
import { readCpu } from './cpu.ts';
import { readDescriptors } from './descriptors.ts';
import { readMemoryUse } from './memory.ts';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** Listening sockets are the first in the kernel's table (net/ipv4/tcp_ipv4.c), before thousands that are connected. */
const BEGINNING_BYTES = 64 * 1024;

const LISTEN = '0A';

/** What is read about. */
interface Watched {
  readonly workers: readonly Pick<WorkerStatus, 'id' | 'pid'>[];
  readonly sockets: readonly SocketStatus[];
}

/** Undefined for what isn't told: on systems other than Linux all of it. */
export async function readFigures({ workers, sockets }: Watched): Promise<MachineFigures> {
  const own = workers.map(async ({ id, pid }) => ({ id, descriptors: await readDescriptors(pid) }));
  const [descriptors, ...tables] = await Promise.all([Promise.all(own), ...TABLES.map(readBeginning)]);
  return {
    descriptors: new Map(descriptors.map((each) => [each.id, each.descriptors])),
    memory: readMemoryUse(),
    throttledSeconds: toSeconds(readCpu().throttledMs),
    acceptQueues: parseAcceptQueues(
      tables,
      sockets.map(({ port }) => port),
    ),
  };
}

/** Connections that wait to be accepted, by port; ports that no process listens on are missing. */
export function parseAcceptQueues(
  tables: readonly string[],
  ports: readonly number[],
): ReadonlyMap<number, number> {
  const queues = new Map<number, number>();
  for (const line of tables.flatMap((table) => table.split('\n'))) {
    // sl, local_address, rem_address, st, tx_queue:rx_queue.
    const [, local = '', , state, queue = ''] = line.trim().split(/\s+/);
    const port = Number.parseInt(local.split(':')[1] ?? '', 16);
    if (state !== LISTEN || !ports.includes(port)) continue;
    queues.set(port, (queues.get(port) ?? 0) + Number.parseInt(queue.split(':')[1] ?? '0', 16));
  }
  return queues;
}

async function readBeginning(table: string): Promise<string> {
  try {
    const file = await open(table);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES));
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
