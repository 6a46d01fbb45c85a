import { load } from '../../src/load/index.ts';

const CONNECTIONS = 8;

/** Longer than any benchmark. */
const DURATION_MS = 3_600_000;

/** The same number of requests all the time, on kept-alive connections. @returns Ends it. */
export function steadyLoad(port: number, perSecond: number): () => Promise<void> {
  const ended = new AbortController();
  const run = load({
    url: `http://127.0.0.1:${port}/`,
    rate: perSecond,
    durationMs: DURATION_MS,
    connections: CONNECTIONS,
    signal: ended.signal,
  });
  return async () => {
    ended.abort();
    await run;
  };
}
