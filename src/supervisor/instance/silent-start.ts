import type { Listener } from '../detect/probes/index.ts';
import type { SupervisorConfig } from './contract.ts';
import { late } from './late.ts';

/** When a first worker that is not ready is logged, in ms after its start. */
const AFTER_MS = [10_000, 60_000] as const;

/** Maximum number of addresses in one line. */
const MOST_NAMED = 3;

interface FirstWorker {
  readonly pid: number;
  readonly start: { readonly lacksSockets: boolean };
}

/**
 * Logs that the first worker is not ready, for as long as it is not. It may take as long as it likes.
 *
 * @param silent The first worker; undefined when it has been ready, has ended, or is to end.
 */
export function warnOfSilentStart(
  { log, supervisor, settings }: Pick<SupervisorConfig, 'log' | 'supervisor' | 'settings'>,
  silent: () => FirstWorker | undefined,
  listenersOf: (leader: number) => Promise<readonly Listener[]> = async (leader) =>
    (await late.probes()).readListeners(leader),
): void {
  const warn = async (afterMs: number, { pid, start }: FirstWorker): Promise<void> => {
    const seconds = afterMs / 1000;
    if (start.lacksSockets) {
      const listeners = await listenersOf(pid).catch(() => []);
      if (silent() !== undefined) log.warn({ afterMs, listeners }, notListening(seconds, listeners, pid));
    } else if (settings.ready === 'message') log.warn({ afterMs }, notSaidReady(seconds));
    else if (!supervisor.listens) log.warn({ afterMs }, neverTurned(seconds));
  };
  for (const afterMs of AFTER_MS) {
    setTimeout(() => {
      const worker = silent();
      if (worker !== undefined) void warn(afterMs, worker);
    }, afterMs).unref();
  }
}

/** Names what listens in the place of the script's main thread, the likeliest first. */
function notListening(seconds: number, listeners: readonly Listener[], pid: number): string {
  const since = `after ${seconds} s`;
  const own = listeners.filter((one) => one.protocol === 'tcp' && one.pid === pid);
  if (own.length > 0) {
    return `the script has not listened on any port in its main thread ${since}, but a worker thread or a native addon of it listens on ${named(own)}. Respite can't protect a server there: listen in the main thread, and use --workers for several processors. Otherwise Respite goes on waiting`;
  }
  const other = listeners.find((one) => one.protocol === 'tcp');
  if (other !== undefined) {
    const its = listeners.filter((one) => one.protocol === 'tcp' && one.pid === other.pid);
    return `the script has not listened on any port ${since}, but process ${other.pid}, which it has started, listens on ${named(its)}. Respite can't protect a server in another process: run with "respite run" what that process runs. Otherwise Respite goes on waiting`;
  }
  if (listeners.length > 0) {
    return `the script listens on UDP only ${since}: ${named(listeners)}. Start it with --no-listen: Respite then restarts it, and does not wait for a server. Otherwise Respite goes on waiting`;
  }
  return `the script has not listened on any port ${since}. If its server runs in a process that it has started, or uses a native addon, Respite can't protect it: run what listens. If it is no server (a queue consumer), start it with --no-listen. Otherwise Respite goes on waiting`;
}

function named(listeners: readonly Listener[]): string {
  const addresses = [...new Set(listeners.map(({ address }) => address))];
  const more = addresses.length - MOST_NAMED;
  return addresses.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function notSaidReady(seconds: number): string {
  return `the script has not called process.send('ready') after ${seconds} s (supervisor.ready). Respite goes on waiting`;
}

/** A process that never listens is ready as soon as a timer has fired in it. */
function neverTurned(seconds: number): string {
  return `the script has blocked its event loop since its start, ${seconds} s ago: it computes, or it waits in a synchronous call. Respite goes on waiting, since a first start may take as long as it needs. To see where it is, attach a debugger to the worker: kill -USR1 <its process id>`;
}
