// The goodput of an overloaded server under one fixed limit after another: what `respite tune` has to find with fewer measurements.
import { load } from '../../src/load/index.ts';
import { listen } from '../lib/server.ts';

export interface SweepPoint {
  readonly limit: number;
  readonly goodPerSecond: number;
}

export interface SweepOptions {
  /** Of bench/servers. */
  readonly script: string;
  readonly limits: readonly number[];
  /** Requests per second that are offered. */
  readonly rate: number;
  readonly seconds: number;
}

/** Seconds until the queue of a limit is as long as it gets. */
const WARM_UP_SECONDS = 1;
const DEADLINE_MS = 1000;
/** Goodput within a second does not notice a generator that is late by less. */
const MAX_LAG_MS = 50;
const CONNECTIONS = 512;

export async function sweep({ script, limits, rate, seconds }: SweepOptions): Promise<readonly SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const limit of limits) {
    const options = ['--limit', String(limit)];
    const { server, port } = await listen('respite', script, { options });
    try {
      const run = await load({
        url: `http://127.0.0.1:${port}/`,
        rate,
        durationMs: 1000 * (WARM_UP_SECONDS + seconds),
        connections: CONNECTIONS,
        deadlineMs: DEADLINE_MS,
        timeoutMs: 2 * DEADLINE_MS,
        maxLagMs: MAX_LAG_MS,
        seed: limit,
      });
      const measured = run.seconds.slice(WARM_UP_SECONDS);
      const good = measured.reduce((sum, second) => sum + second.good, 0);
      points.push({ limit, goodPerSecond: good / measured.length });
    } finally {
      await server.stop();
    }
  }
  return points;
}
