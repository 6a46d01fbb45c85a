// The command line, the descriptors and the environment of a worker process.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
// Not by way of their index: this is loaded before the first worker is started, and little else should be.
import { SETUP_VARIABLE, type SocketKey, type WorkerSetup } from '../../worker/protocol.ts';
import type { SupervisorConfig } from '../contract.ts';
import { openCounterFile } from '../counters/open-file.ts';
import { needsWatchdog, type ResolvedDetectOptions } from '../detect/options.ts';

const PRELOAD = workerModule('preload');
const AWAIT_SOCKETS = workerModule('await-sockets');

export interface WorkerSpec {
  readonly id: number;
  readonly slot: number;
  readonly script: string;
  readonly args: readonly string[];
  readonly heapMb: number | undefined;
  /** Sockets that its predecessors listened on: it is ready when it listens on all of them. */
  readonly keys: readonly SocketKey[];
  readonly setup: Omit<WorkerSetup, 'watchdog' | 'lastWordsDescriptor' | 'countersDescriptor'>;
  readonly detect: ResolvedDetectOptions;
}

/** A process that has been started, or could not be. */
export interface SpawnedWorker {
  readonly child: ChildProcess;
  /** What the watchdog speaks on, and is spoken to; undefined when no process could be started. */
  readonly pipe: Duplex | undefined;
  /** The file that it counts requests in; undefined when it can't. To be closed by us. */
  readonly countersDescriptor: number | undefined;
}

/** What a worker of this supervisor is to be. */
export function workerSpec(
  config: Pick<SupervisorConfig, 'script' | 'args' | 'supervisor' | 'admission' | 'backpressure'>,
  { dryRun, ...who }: Pick<WorkerSpec, 'id' | 'slot' | 'keys'> & { readonly dryRun: boolean },
): WorkerSpec {
  const { script, args, admission, backpressure, supervisor } = config;
  const { heapMb, detect, drainTimeoutMs, killTimeoutMs } = supervisor;
  return {
    ...who,
    script,
    args,
    heapMb,
    detect,
    setup: {
      admission: { ...admission, dryRun },
      backpressure,
      relaysMessages: process.connected,
      drainTimeoutMs,
      killTimeoutMs,
    },
  };
}

export function spawnWorker(spec: WorkerSpec): SpawnedWorker {
  const heap = spec.heapMb === undefined ? [] : [`--max-old-space-size=${spec.heapMb}`];
  const inherited = inheritedDescriptors();
  // The first three after those that the user's script may know the numbers of: Node.js's channel, the watchdog's pipe, and
  // the counters.
  const descriptor = inherited.length + 1;
  const countersDescriptor = openCounterFile();
  const { blockedLoop } = spec.detect;
  const stackAfterMs = blockedLoop === false ? undefined : blockedLoop.evidenceMs;
  const setup: WorkerSetup = {
    ...spec.setup,
    lastWordsDescriptor: descriptor,
    countersDescriptor: countersDescriptor === undefined ? undefined : descriptor + 1,
    watchdog: needsWatchdog(spec.detect) ? { descriptor, heapMb: spec.heapMb, stackAfterMs } : undefined,
  };
  const awaitSockets = spec.keys.length === 0 ? [] : [`--import=${AWAIT_SOCKETS.href}`];
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      ...heap,
      `--require=${fileURLToPath(PRELOAD)}`,
      ...awaitSockets,
      spec.script,
      ...spec.args,
    ],
    {
      stdio: [...inherited, 'ipc', 'pipe', ...(countersDescriptor === undefined ? [] : [countersDescriptor])],
      // Its own process group: Ctrl-C at a terminal is for the supervisor, which then ends the workers gently.
      detached: true,
      serialization: 'advanced',
      env: { ...process.env, [SETUP_VARIABLE]: JSON.stringify(setup) },
    },
  );
  const pipe = child.stdio[descriptor] as Duplex | null | undefined;
  return { child, pipe: pipe ?? undefined, countersDescriptor };
}

/** Standard input, output and error, and the sockets that systemd has opened for us (sd_listen_fds(3)), under their numbers. */
function inheritedDescriptors(): 'inherit'[] {
  const activated = Number(process.env['LISTEN_FDS'] ?? 0);
  return Array.from({ length: 3 + (Number.isInteger(activated) ? activated : 0) }, () => 'inherit');
}

/** A module of the worker's, in the sources as well as in the build. */
function workerModule(name: string): URL {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new URL(`../../worker/${name}${extension}`, import.meta.url);
}
