// The command line, the descriptors and the environment of a worker process.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
// Not by way of their index: this is loaded before the first worker is started, and little else should be.
import type { SocketKey, WorkerSetup } from '../../../worker/protocol.ts';
import { setupVariables } from '../../../worker/setup-variables.ts';
import { ownModule } from '../../../core/own-files.ts';
import { setOomScore } from '../../../core/proc.ts';
import { VERSION } from '../../../core/version.ts';
import { openCounterFile } from '../counters/open-file.ts';
import type { Release } from '../release/index.ts';
import type { ResolvedBlockedLoop } from './blocked.ts';
import { takeEnvFiles } from './env-files.ts';
import { identityOf, inheritedEnvironment } from './environment.ts';
import { portOf, takeInspector, wordsOf } from './inspector.ts';
import { activatedSockets } from './socket-activation.ts';

const PRELOAD = ownModule('worker/preload');

export interface WorkerSpec {
  readonly id: number;
  readonly slot: number;
  /** From 1: what its script can tell itself from the others by. */
  readonly identity: number;
  /** How many identities there are. */
  readonly identities: number;
  readonly release: Release;
  readonly args: readonly string[];
  readonly heapMb: number | undefined;
  /** Options for Node.js. */
  readonly nodeArgs: readonly string[];
  /** Variables besides the supervisor's own; undefined removes one. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sockets that its predecessors listened on: it is ready when it listens on all of them. */
  readonly keys: readonly SocketKey[];
  readonly setup: Omit<
    WorkerSetup,
    | 'version'
    | 'inheritsSockets'
    | 'awaitsSockets'
    | 'inspector'
    | 'watchdog'
    | 'lastWordsDescriptor'
    | 'countersDescriptor'
  >;
  readonly blockedLoop: ResolvedBlockedLoop | false;
  /** Something about it can only be seen from inside. */
  readonly hasWatchdog: boolean;
  /** Its `oom_score_adj`, read after it was started; undefined for that of the supervisor. */
  readonly oomScore: () => number | undefined;
}

/** A process that has been started, or could not be. */
export interface SpawnedWorker {
  readonly child: ChildProcess;
  /** What the watchdog speaks on, and is spoken to; undefined when no process could be started. */
  readonly pipe: Duplex | undefined;
  /** The file that it counts requests in; undefined when it can't. To be closed by us. */
  readonly countersDescriptor: number | undefined;
}

/** A text says why there is no process. Out of memory or descriptors, Node.js throws or not, depending on its version. */
export function spawnWorker(spec: WorkerSpec): SpawnedWorker | string {
  // The kernel gives the same error as for a missing program, and a script of the same release is gone too.
  if (!existsSync(spec.release.directory)) {
    return `the working directory ${spec.release.directory} is gone: it was removed or moved while the instance ran. Put it back, or stop the instance and start it in another directory`;
  }
  const countersDescriptor = openCounterFile();
  try {
    return spawnProcess(spec, countersDescriptor);
  } catch (error) {
    if (countersDescriptor !== undefined) closeSync(countersDescriptor);
    return error instanceof Error ? error.message : String(error);
  }
}

function spawnProcess(spec: WorkerSpec, countersDescriptor: number | undefined): SpawnedWorker {
  const heap = spec.heapMb === undefined ? [] : [`--max-old-space-size=${spec.heapMb}`];
  const sockets = activatedSockets(process.env, process.pid);
  // Standard input, output and error, and the sockets that systemd has opened, under their numbers.
  const inherited = Array.from({ length: 3 + sockets }, () => 'inherit' as const);
  // The first three after those that the user's script may know the numbers of: Node.js's channel, the watchdog's pipe, and
  // the counters.
  const descriptor = inherited.length + 1;
  const { blockedLoop } = spec;
  const { drainTimeoutMs, killTimeoutMs } = spec.setup;
  const stackAfterMs = blockedLoop === false ? undefined : blockedLoop.evidenceMs;
  const env = { ...process.env, ...spec.env };
  const { nodeArgs, nodeOptions, inspector } = optionsForNode(spec, env);
  const setup: WorkerSetup = {
    ...spec.setup,
    version: VERSION,
    inheritsSockets: sockets > 0,
    awaitsSockets: spec.keys.length > 0,
    inspector,
    lastWordsDescriptor: descriptor,
    countersDescriptor: countersDescriptor === undefined ? undefined : descriptor + 1,
    watchdog: spec.hasWatchdog
      ? {
          descriptor,
          heapMb: spec.heapMb,
          stackAfterMs,
          asksForSuspect: spec.setup.quarantine !== undefined,
          supervisorPid: process.pid,
          orphan: { drainTimeoutMs, killTimeoutMs },
        }
      : undefined,
  };
  const child = spawn(
    process.execPath,
    [...nodeArgs, ...heap, `--require=${fileURLToPath(PRELOAD)}`, spec.release.file, ...spec.args],
    {
      stdio: [...inherited, 'ipc', 'pipe', ...(countersDescriptor === undefined ? [] : [countersDescriptor])],
      // Its own process group: Ctrl-C at a terminal is for the supervisor, which then ends the workers gently.
      detached: true,
      serialization: 'advanced',
      cwd: spec.release.directory,
      env: {
        ...inheritedEnvironment(env),
        ...nodeOptions,
        ...identityOf(spec.identity, spec.identities),
        ...setupVariables(setup),
      },
    },
  );
  // Out of memory, the kernel is to end a worker rather than the supervisor.
  setOomScore(child.pid, spec.oomScore());
  // Without a process there is no `stdio` either, whatever its type says.
  const stdio = child.stdio as ChildProcess['stdio'] | undefined;
  const pipe = stdio?.[descriptor] as Duplex | null | undefined;
  return { child, pipe: pipe ?? undefined, countersDescriptor };
}

/**
 * Those of the supervisor and of the worker. What debuggers need is the worker's alone. The first worker of a slot may wait for a debugger; a
 * replacement never does, and takes the port when its predecessor has given it up.
 */
function optionsForNode(
  { id, identity, nodeArgs, setup }: WorkerSpec,
  { NODE_OPTIONS }: NodeJS.ProcessEnv,
): {
  readonly nodeArgs: readonly string[];
  readonly nodeOptions: NodeJS.ProcessEnv;
  readonly inspector: WorkerSetup['inspector'];
} {
  const words = wordsOf(NODE_OPTIONS);
  const fromEnvironment = takeInspector(words);
  // What is in the supervisor's environment files is in its environment.
  const all = [...takeEnvFiles(process.execArgv).rest, ...nodeArgs];
  const { inspector } = takeInspector([...words, ...all]);
  const port = portOf(inspector, identity);
  // Numbers of workers rise, and the first of each slot are started in the order of the slots.
  const isOpen = inspector.option !== undefined && id === identity && !setup.isStandby;
  const host = inspector.host.includes(':') ? `[${inspector.host}]` : inspector.host;
  return {
    nodeArgs: [...takeInspector(all).rest, ...(isOpen ? [`${inspector.option}=${host}:${port}`] : [])],
    nodeOptions:
      fromEnvironment.rest.length === words.length ? {} : { NODE_OPTIONS: fromEnvironment.rest.join(' ') },
    inspector: { host: inspector.option && inspector.host, port, isOpen },
  };
}
