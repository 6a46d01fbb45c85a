import { takeInspector, wordsOf } from '../../supervisor/index.ts';

/** Options of Node.js that are for one process: its limit of the heap, and starting it again when a file changes. */
const FOR_ONE_PROCESS = /^--(?:max-old-space-size|watch)/;

/**
 * Options and environment of the process for health checks: those of the supervisor, so that the configuration loads in the same way
 * and finds every variable. The ports for debuggers are the workers', and only the supervisor speaks to its service manager.
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
    takeInspector(options).rest.filter((option) => !FOR_ONE_PROCESS.test(option));
  const fromEnvironment = kept(wordsOf(NODE_OPTIONS)).join(' ');
  return {
    nodeOptions: kept(execArgv),
    env: fromEnvironment === '' ? env : { ...env, NODE_OPTIONS: fromEnvironment },
  };
}
