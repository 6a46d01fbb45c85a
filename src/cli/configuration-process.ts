// A process that loads the configuration by itself: it runs the user's code, so nothing that happens there may reach the supervisor.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setOomScore } from '../core/proc.ts';
import { takeEnvFiles, takeInspector, wordsOf } from '../supervisor/index.ts';

/** Maximum heap, in MB: one that grows slowly ends with a message of V8 instead of being killed. */
const MAX_HEAP_MB = 256;

/** Out of memory, the kernel ends such a process first: no request depends on it. */
const OOM_SCORE = 1000;

/** Options of Node.js that are for one process: its limit of the heap, running tests, and starting it again when a file changes. */
const FOR_ONE_PROCESS = /^--(?:max-old-space-size|test|experimental-test|watch)/;

/**
 * Throws when no process can be started: no memory, no descriptors. The process does not keep this one alive.
 *
 * @param main A module of Respite.
 * @param env Variables in place of the supervisor's own.
 * @param cwd Default: the supervisor's.
 */
export function startConfigurationProcess(
  main: URL,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): ChildProcess {
  const options = spawnOptions(process.execArgv, env);
  const child = spawn(
    process.execPath,
    [...options.nodeOptions, `--max-old-space-size=${MAX_HEAP_MB}`, fileURLToPath(main), ...args],
    {
      // What the configuration writes is shown where the supervisor's own lines are.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Ctrl-C at a terminal is for the supervisor.
      detached: true,
      serialization: 'advanced',
      env: options.env,
      cwd,
    },
  );
  setOomScore(child.pid, OOM_SCORE);
  child.unref();
  child.channel?.unref();
  return child;
}

/**
 * Options and environment of the process: those of the supervisor, so that the configuration loads in the same way and finds every
 * variable. The ports for debuggers are the workers', and only the supervisor speaks to its service manager.
 */
export function spawnOptions(
  execArgv: readonly string[],
  environment: NodeJS.ProcessEnv,
): { readonly nodeOptions: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const {
    NOTIFY_SOCKET: _socket,
    WATCHDOG_USEC: _usec,
    WATCHDOG_PID: _pid,
    NODE_OPTIONS,
    ...env
  } = environment;
  const kept = (options: readonly string[]): readonly string[] =>
    takeInspector(takeEnvFiles(options).rest).rest.filter((option) => !FOR_ONE_PROCESS.test(option));
  const fromEnvironment = kept(wordsOf(NODE_OPTIONS)).join(' ');
  return {
    nodeOptions: kept(execArgv),
    env: fromEnvironment === '' ? env : { ...env, NODE_OPTIONS: fromEnvironment },
  };
}
