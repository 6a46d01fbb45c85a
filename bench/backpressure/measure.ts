// One run: a fresh server of one variant, and its clients.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { onLoadCore, onServerCore } from '../lib/pinning.ts';
import { cpuSeconds } from '../lib/process-figures.ts';
import { start } from '../lib/processes.ts';
import { repository, Server } from '../lib/server.ts';
import { quantile } from '../lib/statistics.ts';
import { BEGINS, ENDS, type Plan, type Seen } from './plan.ts';

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
  /** Cores that were used. */
  readonly serverBusy: number;
  readonly clientsBusy: number;
}

/** The heap of the talk's server, which for V8 is both generations; with `--max-old-space-size` the young one is as large as on a machine without a limit. */
const HEAP_MB = 256;

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
    const { seen, serverCpuSeconds } = await load({ ...plan, port }, server.pid);
    return {
      variant,
      fastMbPerSecond: seen.fastBytes / seen.seconds / MB,
      slowLeastBytesPerSecond: seen.slowLeastBytes / seen.seconds,
      slowGone: seen.slowGone,
      pingP99Ms: quantile(seen.pingsMs, 0.99),
      peakRssMb: peakRssMb(server.pid),
      cpuMicrosecondsPerWrite: (serverCpuSeconds / (seen.fastBytes / plan.fast.messageBytes)) * 1e6,
      serverBusy: serverCpuSeconds / seen.seconds,
      clientsBusy: seen.cpuSeconds / seen.seconds,
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
  return [process.execPath, `--max-heap-size=${HEAP_MB}`, path.join(servers, 'mailbox.mjs'), variant];
}

async function load(
  plan: Plan,
  serverPid: number,
): Promise<{ readonly seen: Seen; readonly serverCpuSeconds: number }> {
  const main = path.join(import.meta.dirname, 'clients.ts');
  const child = start(onLoadCore([process.execPath, main, JSON.stringify(plan)]));
  if (child.stdout === null) throw new Error('the clients have no output');
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  let last = '';
  let [beganSeconds, endedSeconds] = [NaN, NaN];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === BEGINS) beganSeconds = cpuSeconds(serverPid);
    else if (line === ENDS) endedSeconds = cpuSeconds(serverPid);
    else last = line;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`the clients ended with exit code ${exitCode}:\n${complaints}`);
  return { seen: JSON.parse(last) as Seen, serverCpuSeconds: endedSeconds - beganSeconds };
}

function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / MB;
}
