import type { NotifyOptions, OnIncident } from '../supervisor/index.ts';
import type { LateLog } from './log.ts';

/** What tells people of incidents. */
interface Telling {
  readonly tell: OnIncident;
  /** Waits a short while for messages that are still being sent. */
  close(): Promise<void>;
}

/**
 * Undefined when no notifications are configured. What it takes is loaded while the first worker starts, not at the first incident: then
 * there may be no file descriptor left to read it with.
 */
export function startTelling(
  options: NotifyOptions | undefined,
  script: string,
  log: LateLog,
): Telling | undefined {
  if (options === undefined) return undefined;
  const loading = log.open().then(async () => {
    const { startNotifier } = await import('../supervisor/incidents/notify/index.ts');
    return startNotifier(options, script, log);
  });
  loading.catch((error: unknown) => {
    log.error({ err: error }, 'notifications could not be set up: incidents are only logged');
  });
  return {
    tell: (incident) => {
      loading.then(
        (notifier) => notifier.tell(incident),
        () => {},
      );
    },
    close: async () => {
      const notifier = await loading.catch(() => undefined);
      await notifier?.close();
    },
  };
}
