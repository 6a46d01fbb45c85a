// The server gets a core of its own and the load another, so that neither takes time from the other.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

type Pinning = { readonly on: true } | { readonly on: false; readonly because: string };

let pinning: Pinning = { on: false, because: 'not asked for' };

/** Pins this process, which makes the load, and from now on whatever `onServerCore` and `onLoadCore` start. */
export function pinThisProcess(): void {
  const [works, because] = canPin();
  if (!works) {
    pinning = { on: false, because };
    return;
  }
  const { status } = spawnSync('taskset', ['-a', '-c', '-p', String(LOAD_CORE), String(process.pid)]);
  pinning = status === 0 ? { on: true } : { on: false, because: 'taskset could not move this process' };
}

export function isPinned(): boolean {
  return pinning.on;
}

export function describePinning(): string {
  return pinning.on
    ? `server on core ${SERVER_CORE}, load on core ${LOAD_CORE} (taskset)`
    : `none (${pinning.because})`;
}

/** A command line that runs `command` where servers run. */
export function onServerCore(command: readonly string[]): readonly string[] {
  return on(SERVER_CORE, command);
}

/** A command line that runs `command` where the load is made. */
export function onLoadCore(command: readonly string[]): readonly string[] {
  return on(LOAD_CORE, command);
}

function on(core: number, command: readonly string[]): readonly string[] {
  return pinning.on ? ['taskset', '-c', String(core), ...command] : command;
}

function canPin(): readonly [works: boolean, because: string] {
  if (availableParallelism() < 2) return [false, 'there is only one core'];
  for (const core of [SERVER_CORE, LOAD_CORE]) {
    const { status, error } = spawnSync('taskset', ['-c', String(core), 'true']);
    if (error !== undefined) return [false, 'taskset is not installed'];
    if (status !== 0) return [false, `core ${core} is not for us`];
  }
  return [true, ''];
}
