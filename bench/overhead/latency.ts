// Latency at a fifth of the throughput, counted from when a request was due.
import type { Context, Side } from '../lib/benchmark.ts';
import { ms } from '../lib/format.ts';
import { collectPairs, type Pairs } from '../lib/interleave.ts';
import { type Latency, openLoop } from '../lib/open-loop.ts';
import type { Instances } from './workloads.ts';

const CONNECTIONS = 32;

const BODY_BYTES = 'Hello, World!'.length;

/** Short, because the machine stalls for longer than Respite costs: both sides have to meet each stall alike. */
const SLICE_MS = 2;

export interface LatencySettings {
  readonly latencyPairs: number;
  readonly latencySeconds: number;
  readonly warmUpSeconds: number;
}

export async function measureLatency(
  { say }: Context,
  { latencyPairs, latencySeconds, warmUpSeconds }: LatencySettings,
  instances: Instances,
  ratePerSecond: number,
): Promise<Pairs<Latency>> {
  const load = (round: number, seconds: number): Promise<Readonly<Record<Side, Latency>>> =>
    openLoop({
      ports: { bare: instances.of('bare', round).port, respite: instances.of('respite', round).port },
      bodyBytes: BODY_BYTES,
      connections: CONNECTIONS,
      ratePerSecond,
      seconds,
      sliceMs: SLICE_MS,
      seed: round,
    });
  await load(0, warmUpSeconds); // the generator's warm-up
  return collectPairs(
    latencyPairs,
    async (round) => {
      const pair = await load(round, latencySeconds);
      for (const side of ['bare', 'respite'] as const) {
        const { p50Ms, p99Ms, lagP99Ms, isVoid } = pair[side];
        say(
          `latency ${round + 1} ${side.padEnd(7)} p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, ` +
            `generator late by ${ms(lagP99Ms)} (p99)${isVoid ? ', INVALID' : ''}`,
        );
      }
      return pair;
    },
    ({ isVoid }) => isVoid,
  );
}
