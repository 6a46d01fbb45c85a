import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WriterName } from '../../socket/writers.ts';
import type { Cores } from '../cores.ts';
import { treeMemoryBytes } from '../memory.ts';
import { type Service, startService } from '../processes.ts';
import type { ProgressLine } from '../progress.ts';
import { CLIENTS, type ClientsPlan, type ClientsTick, MEMORY_LIMIT_BYTES } from './plan.ts';
import type { Point, Variant } from './run-data.ts';

const pathTo = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Plays the clients against a server of 256 MB that writes in this way; ended like one whose memory is used up. */
export async function playVariant(
  writer: WriterName,
  lengthMs: number,
  cores: Cores,
  directory: string,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Variant> {
  progress.show(`${writer}: starting`);
  const server = await startService(
    cores.forApi([
      process.execPath,
      `--max-old-space-size=${MEMORY_LIMIT_BYTES / 1e6}`,
      pathTo('../../socket/main.ts'),
      writer,
    ]),
    { cwd: directory, env: { PORT: '0' }, ready: /mailbox socket listening on \S+:(\d+)/ },
  );
  try {
    return await watch(
      writer,
      server,
      { ...CLIENTS, port: Number(server.answer), lengthMs },
      cores,
      progress,
      signal,
    );
  } finally {
    await server.stop();
  }
}

async function watch(
  writer: WriterName,
  server: Service,
  plan: ClientsPlan,
  cores: Cores,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<Variant> {
  const [file = '', ...args] = cores.forRest([process.execPath, pathTo('clients.ts'), JSON.stringify(plan)]);
  const clients = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  // Aborted: the loop below ends with its output.
  clients.on('error', () => {});
  const points: Point[] = [];
  let diedAtMs: number | undefined;
  try {
    for await (const line of createInterface(clients.stdout)) {
      const tick = JSON.parse(line) as ClientsTick;
      const memoryBytes = await treeMemoryBytes(server.pid);
      if (memoryBytes === 0) diedAtMs ??= tick.atMs;
      else points.push(pointOf(tick, memoryBytes));
      progress.show(describe(writer, plan, tick, memoryBytes));
      if (memoryBytes > MEMORY_LIMIT_BYTES) diedAtMs = tick.atMs;
      if (diedAtMs !== undefined) break;
    }
  } finally {
    clients.kill();
  }
  signal.throwIfAborted();
  if (points.length === 0) throw new Error(`the clients of "${writer}" saw nothing`);
  const memoryPeakBytes = Math.max(...points.map(({ memoryBytes }) => memoryBytes));
  return { writer, diedAtMs, memoryPeakBytes, points };
}

function pointOf(tick: ClientsTick, memoryBytes: number): Point {
  const { atMs, fastBytesPerSecond, slowBytesPerSecond, pingP99Ms = 0, pingWaitingMs } = tick;
  return {
    atMs,
    memoryBytes,
    fastBytesPerSecond,
    slowBytesPerSecond,
    pingMs: Math.max(pingP99Ms, pingWaitingMs),
  };
}

function describe(writer: string, plan: ClientsPlan, tick: ClientsTick, memoryBytes: number): string {
  return [
    `${writer}: ${Math.round(tick.atMs / 1000)}/${Math.round(plan.lengthMs / 1000)} s`,
    `${(memoryBytes / 1e6).toFixed(0)} MB`,
    `fast ${(tick.fastBytesPerSecond / 1e6).toFixed(0)} MB/s`,
    `slowest ${(tick.slowBytesPerSecond / 1024).toFixed(0)} KB/s`,
  ].join(' | ');
}
