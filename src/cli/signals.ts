import { closeSync, openSync } from 'node:fs';
import type { Log, Supervisor } from '../supervisor/index.ts';

/** The part of `process` that signals need. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

interface SignalConfig {
  readonly supervisor: Pick<Supervisor, 'leave' | 'stop' | 'restart'>;
  readonly log: Log;
  readonly source?: SignalSource;
  /** Is there a terminal that controls this process? */
  readonly hasTerminal?: () => boolean;
}

/**
 * SIGTERM leaves the load balancer and stops, SIGINT, which is a person's, stops, SIGHUP restarts. But SIGHUP is also what a
 * terminal sends when it is closed: where there was one and it is gone, it means stop. Returns what ends the listening.
 */
export function handleSignals({
  supervisor,
  log,
  source = process,
  hasTerminal = hasControllingTerminal,
}: SignalConfig): () => void {
  const hadTerminal = hasTerminal();
  const listeners: readonly (readonly [signal: NodeJS.Signals, listener: () => void])[] = [
    ['SIGTERM', () => supervisor.leave('SIGTERM')],
    ['SIGINT', () => supervisor.stop('SIGINT')],
    [
      'SIGHUP',
      () => {
        if (hadTerminal && !hasTerminal()) {
          supervisor.stop('SIGTERM');
          return;
        }
        supervisor.restart().catch((error: unknown) => {
          log.error({ err: error }, 'the rolling restart failed');
        });
      },
    ],
  ];
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
}

function hasControllingTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
