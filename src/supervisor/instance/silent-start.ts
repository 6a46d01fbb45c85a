import type { Log } from '../log.ts';

/** When a first worker that does not listen is logged, in ms after its start. */
const AFTER_MS = [10_000, 60_000] as const;

/** Logs that the first worker does not listen, for as long as it does not. It may take as long as it likes. */
export function warnOfSilentStart(log: Log, isSilent: () => boolean): void {
  const warn = (afterMs: number): void => {
    if (!isSilent()) return;
    const seconds = afterMs / 1000;
    log.warn(
      { afterMs },
      `the script has not listened on any port after ${seconds} s: is it a server, and what does it wait for? It is waited for without a limit`,
    );
  };
  for (const afterMs of AFTER_MS) setTimeout(() => warn(afterMs), afterMs).unref();
}
