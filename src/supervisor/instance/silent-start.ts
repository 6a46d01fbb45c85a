import type { SupervisorConfig } from './contract.ts';

/** When a first worker that does not listen is logged, in ms after its start. */
const AFTER_MS = [10_000, 60_000] as const;

/** Logs that the first worker does not listen, for as long as it does not. It may take as long as it likes. */
export function warnOfSilentStart(
  { log, supervisor }: Pick<SupervisorConfig, 'log' | 'supervisor'>,
  isSilent: () => boolean,
): void {
  if (!supervisor.listens) return;
  const warn = (afterMs: number): void => {
    if (!isSilent()) return;
    const seconds = afterMs / 1000;
    log.warn(
      { afterMs },
      `the script has not listened on any port after ${seconds} s. If its server runs in a process that it has started, or uses UDP or a native addon, Respite can't protect it: run what listens. If it is no server (a queue consumer), start it with --no-listen. Otherwise Respite goes on waiting`,
    );
  };
  for (const afterMs of AFTER_MS) setTimeout(() => warn(afterMs), afterMs).unref();
}
