// One run: a fresh server of one variant, and its clients.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onLoadCore, onServerCore } from '../lib/pinning.ts';
import { start } from '../lib/processes.ts';
import { repository, Server } from '../lib/server.ts';
import { quantile } from '../lib/statistics.ts';
import type { Plan, Seen } from './plan.ts';

/**
 * How the server writes: Node.js's own idiom, through a channel, with a copy of its own of each message, or that under a budget; and
 * Netty, with one buffer for all messages or one for each.
 */
export type Variant = 'drain' | 'channel' | 'unique' | 'budget' | 'netty-shared' | 'netty-unique';

export interface Measurement {
  readonly variant: Variant;
  readonly fastMbPerSecond: number;
  readonly slowLeastBytesPerSecond: number;
  readonly slowGone: number;
  readonly pingP99Ms: number;
  readonly peakRssMb: number;
  /** Of the server, kernel included, for each message written to the fast clients. */
  readonly cpuMicrosecondsPerWrite: number;
}

/** The heap of the talk's server. */
const HEAP_MB = 256;

/** `USER_HZ` of Linux, as all its architectures of today have it. */
const TICKS_PER_SECOND = 100;

const MB = 1e6;

/** Of Debian's package default-jdk-headless. */
const JAVA_COMPILER = '/usr/bin/javac';

/** Of Debian's package libnetty-java. */
const NETTY: readonly string[] = ['buffer', 'common', 'resolver', 'transport'].map(
  (part) => `/usr/share/java/netty-${part}.jar`,
);

/** Whether Netty, and a JDK for its server, are installed. */
export function hasNetty(): boolean {
  return [JAVA_COMPILER, ...NETTY].every((file) => existsSync(file));
}

export async function measure(variant: Variant, plan: Omit<Plan, 'port'>): Promise<Measurement> {
  const server = new Server(onServerCore(commandOf(variant)));
  const port = Number(await server.says(/^listening (\d+)$/m));
  try {
    const seen = await load({ ...plan, port });
    const allSeconds = (plan.warmUpMs + plan.durationMs) / 1000;
    const writesPerSecond = seen.fastBytes / seen.seconds / plan.fast.messageBytes;
    return {
      variant,
      fastMbPerSecond: seen.fastBytes / seen.seconds / MB,
      slowLeastBytesPerSecond: seen.slowLeastBytes / seen.seconds,
      slowGone: seen.slowGone,
      pingP99Ms: quantile(seen.pingsMs, 0.99),
      peakRssMb: peakRssMb(server.pid),
      cpuMicrosecondsPerWrite: (cpuSeconds(server.pid) / (writesPerSecond * allSeconds)) * 1e6,
    };
  } finally {
    await server.stop();
  }
}

function commandOf(variant: Variant): string[] {
  const servers = path.join(repository, 'bench/servers');
  if (variant === 'netty-shared' || variant === 'netty-unique') {
    const options = [`-Xmx${HEAP_MB}m`, '-cp', NETTY.join(':')];
    return ['java', ...options, path.join(servers, 'netty/Mailbox.java'), variant.slice('netty-'.length)];
  }
  return [process.execPath, `--max-old-space-size=${HEAP_MB}`, path.join(servers, 'mailbox.mjs'), variant];
}

async function load(plan: Plan): Promise<Seen> {
  const main = path.join(import.meta.dirname, 'clients.ts');
  const child = start(onLoadCore([process.execPath, main, JSON.stringify(plan)]));
  let output = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`the clients ended with exit code ${exitCode}:\n${complaints}`);
  return JSON.parse(output) as Seen;
}

function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / MB;
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name in parentheses: state is the 3rd field, utime the 14th and stime the 15th (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
