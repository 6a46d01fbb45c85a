// The load generator itself: does it measure what there is, how much does it send, how late is it?
import { load, type LoadResult } from '../../src/load/index.ts';
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { ms, percent, perSecond } from '../lib/format.ts';
import { listen } from '../lib/server.ts';
import { expected } from './expected.ts';
import { wrk } from './wrk.ts';

/** Long against the 0.1 ms that a request and its response take through sockets, of which the formula knows nothing. */
const SERVICE_MS = 5;
const UTILIZATION = 0.7;
const MAX_DEVIATION = 0.02;
const MIN_PER_SECOND = 30_000;
const LAG_RATE = 5000;
const MAX_LAG_MS = 1;
const CONNECTIONS = 50;
const STALLED_RATE = 200;
const SEED = 1;

export const generator: Benchmark = {
  name: 'generator',
  summary:
    'the load generator against servers whose waiting times are known, at its own limit, and beside wrk',
  pinned: true,
  measures: ['src/load/generator'],
  spread: 'one run of each server',
  async run({ quick, say }: Context): Promise<Outcome> {
    const seconds = quick ? 3 : 20;
    const known = await measureKnown(seconds);
    say(`M/D/1: mean ${ms(known.found.latency.meanMs)} instead of ${ms(known.truth.meanMs)}`);
    const most = await measureMost(quick ? 2 : 5);
    say(`at its limit: ${perSecond(most.perSecond)}`);
    const stalls = await measureStalls(seconds);
    say(`stalls: p99 ${ms(stalls.found.latency.p99Ms)}`);
    return report({ known, most, stalls, seconds });
  },
};

interface Figures {
  readonly known: Awaited<ReturnType<typeof measureKnown>>;
  readonly most: Awaited<ReturnType<typeof measureMost>>;
  readonly stalls: Awaited<ReturnType<typeof measureStalls>>;
  readonly seconds: number;
}

async function measureKnown(seconds: number) {
  const rate = (1000 * UTILIZATION) / SERVICE_MS;
  const run = { rate, durationMs: 1000 * seconds, seed: SEED };
  const found = await against('one after the other', async (url) => load({ url, ...run, connections: 1000 }));
  return { found, truth: expected(run, SERVICE_MS) };
}

/** More than it can send: how fast it catches up is how fast it is. */
async function measureMost(seconds: number) {
  return against('at once', async (url, port) => {
    const options = { url, connections: CONNECTIONS, seed: SEED, timeoutMs: 600_000, maxLagMs: 1e9 };
    const startMs = performance.now();
    const { offered, failed } = await load({ ...options, rate: 100_000, durationMs: 1000 * seconds });
    const elapsedMs = performance.now() - startMs;
    const { lag } = await load({ ...options, rate: LAG_RATE, durationMs: 1000 * seconds });
    const closed = await wrk(port, CONNECTIONS, seconds);
    return { perSecond: (1000 * offered) / elapsedMs, failed, lagP99Ms: lag.p99Ms, closed };
  });
}

async function measureStalls(seconds: number) {
  return against('with stalls', async (url, port) => {
    const found = await load({ url, rate: STALLED_RATE, durationMs: 1000 * seconds, seed: SEED });
    return { found, closed: await wrk(port, 1, seconds) };
  });
}

async function against<T>(mode: string, measure: (url: string, port: number) => Promise<T>): Promise<T> {
  const env = { MODE: mode, SERVICE_MS: String(SERVICE_MS) };
  const { server, port } = await listen('bare', 'generator-target.mjs', { env });
  try {
    return await measure(`http://127.0.0.1:${port}/`, port);
  } finally {
    await server.stop();
  }
}

function deviation(what: string, found: number, truth: number, { invalidBecause }: LoadResult): Goal {
  const share = Math.abs(found / truth - 1);
  return {
    what: `M/D/1: ${what} of the same arrivals`,
    goal: `within ${percent(MAX_DEVIATION)}`,
    figure: `${ms(found)} instead of ${ms(truth)}${invalidBecause === undefined ? '' : ', and the run is not valid'}`,
    holds: share <= MAX_DEVIATION && invalidBecause === undefined,
  };
}

function report({ known: { found, truth }, most, stalls, seconds }: Figures): Outcome {
  const closed = (of: string | undefined): string => of ?? 'wrk is not installed';
  return {
    goals: [
      deviation('mean', found.latency.meanMs, truth.meanMs, found),
      deviation('p99', found.latency.p99Ms, truth.p99Ms, found),
      {
        what: 'requests of 1 KB responses from one core',
        goal: `≥ ${perSecond(MIN_PER_SECOND)}`,
        figure: perSecond(most.perSecond),
        holds: most.perSecond >= MIN_PER_SECOND && most.failed === 0,
      },
      {
        what: `lag p99 at ${perSecond(LAG_RATE)}`,
        goal: `≤ ${MAX_LAG_MS} ms`,
        figure: ms(most.lagP99Ms),
        holds: most.lagP99Ms <= MAX_LAG_MS,
      },
    ],
    tables: [
      {
        title: 'Beside a closed loop',
        columns: ['', 'respite load', 'wrk'],
        rows: [
          [
            'requests per second, server as fast as it can',
            perSecond(most.perSecond),
            closed(most.closed && perSecond(most.closed.perSecond)),
          ],
          [
            'p99 of a server that stops for 0.5 s every 2.5 s',
            ms(stalls.found.latency.p99Ms),
            closed(stalls.closed && ms(stalls.closed.p99Ms)),
          ],
        ],
      },
    ],
    notes: [
      'What M/D/1 makes of the same arrivals is calculated, so that chance is no part of the difference.',
      'A fifth of all users come while the server stands still. A closed loop sends one request per connection in that time.',
    ],
    settings: { seconds, 'service time in ms': SERVICE_MS, utilization: UTILIZATION, seed: SEED },
    measurements: { found, truth, most, stalls },
  };
}
