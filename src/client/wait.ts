/** Waits, until the time is over or one of the signals aborts; then rejects with its reason. */
export function wait(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted !== undefined) return Promise.reject(aborted.reason as Error);
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', over);
      const first = signals.find((signal) => signal.aborted);
      if (first === undefined) resolve();
      else reject(first.reason as Error);
    };
    const timer = setTimeout(over, ms);
    for (const signal of signals) signal.addEventListener('abort', over, { once: true });
  });
}
