import type { SupervisorConfig } from './contract.ts';

/** When a first worker that is not ready is logged, in ms after its start. */
const AFTER_MS = [10_000, 60_000] as const;

/** Logs that the first worker is not ready, for as long as it is not. It may take as long as it likes. */
export function warnOfSilentStart(
  { log, supervisor, settings }: Pick<SupervisorConfig, 'log' | 'supervisor' | 'settings'>,
  isSilent: () => boolean,
): void {
  const problem = supervisor.listens
    ? notListening
    : settings.ready === 'message'
      ? notSaidReady
      : neverTurned;
  for (const afterMs of AFTER_MS) {
    setTimeout(() => {
      if (isSilent()) log.warn({ afterMs }, problem(afterMs / 1000));
    }, afterMs).unref();
  }
}

function notListening(seconds: number): string {
  return `the script has not listened on any port after ${seconds} s. If its server runs in a process that it has started, or uses UDP or a native addon, Respite can't protect it: run what listens. If it is no server (a queue consumer), start it with --no-listen. Otherwise Respite goes on waiting`;
}

function notSaidReady(seconds: number): string {
  return `the script has not called process.send('ready') after ${seconds} s (supervisor.ready). Respite goes on waiting`;
}

/** A process that never listens is ready as soon as a timer has fired in it. */
function neverTurned(seconds: number): string {
  return `the script has blocked its event loop since its start, ${seconds} s ago: it computes, or it waits in a synchronous call. Respite goes on waiting, since a first start may take as long as it needs. To see where it is, attach a debugger to the worker: kill -USR1 <its process id>`;
}
