import { once } from 'node:events';

/** Standard output of a command that goes on until it is ended. */
export interface Output {
  readonly isTerminal: boolean;
  /** Aborts on SIGINT, SIGTERM and SIGHUP, and when no reader is left (`respite top | head`). */
  readonly ended: AbortSignal;
  /** Settles when there is room for more. */
  write(text: string): Promise<void>;
}

export function openOutput(): Output {
  const { stdout } = process;
  const ended = new AbortController();
  const end = (): void => ended.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  stdout.on('error', end);
  return {
    isTerminal: stdout.isTTY,
    ended: ended.signal,
    write: async (text) => {
      if (!ended.signal.aborted && !stdout.write(text)) {
        await once(stdout, 'drain', { signal: ended.signal }).catch(() => {});
      }
    },
  };
}
