import { closeSync, openSync } from 'node:fs';
import type { Log, Supervisor } from '../supervisor/index.ts';

/** The part of `process` that signals need. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
}

interface SignalConfig {
  readonly supervisor: Pick<Supervisor, 'leave' | 'stop' | 'restart' | 'passOn'>;
  readonly log: Log;
  readonly source?: SignalSource;
  /** Is there a terminal that controls this process? */
  readonly hasTerminal?: () => boolean;
}

/** Signals that mean what the script makes of them: log rotation, a dump, an inspector (SIGUSR1, which Node.js itself catches). */
const OF_THE_SCRIPT = ['SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const;

/**
 * SIGTERM leaves the load balancer and stops, SIGINT, which is a person's, stops, SIGHUP restarts. But SIGHUP is also what a
 * terminal sends when it is closed: where there was one and it is gone, it means stop. Signals that
 * only a script can give a meaning to are handed on to the workers; without a listener there they end Respite as SIGTERM does.
 *
 * @returns From when it is called, no signal means anything: the supervisor has ended, and what is left takes a moment. One that killed
 * the process then would turn a clean end into a failed one.
 */
export function handleSignals({
  supervisor,
  log,
  source = process,
  hasTerminal = hasControllingTerminal,
}: SignalConfig): () => void {
  const hadTerminal = hasTerminal();
  let isOver = false;
  const handOn = (signal: NodeJS.Signals): void => {
    if (supervisor.passOn(signal)) return;
    log.warn(
      { signal },
      `${signal}: the script does not listen for it, so it ends Respite as it would end Node.js`,
    );
    supervisor.leave('SIGTERM');
  };
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
    ...OF_THE_SCRIPT.map((signal) => [signal, () => handOn(signal)] as const),
  ];
  for (const [signal, listener] of listeners) {
    source.on(signal, () => {
      if (!isOver) listener();
    });
  }
  return () => {
    isOver = true;
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
