// What `respite run` costs when there is no trouble: hello world, throughput and latency.
import type { Benchmark, Context, Outcome, Side } from '../lib/benchmark.ts';
import { chooseGenerator, closedLoop, type Throughput } from '../lib/closed-loop.ts';
import { medianAndRange, ms, percent, perSecond, ratio } from '../lib/format.ts';
import { collectPairs, interleave, type Pairs } from '../lib/interleave.ts';
import { type Latency, MAX_LAG_P99_MS, openLoop } from '../lib/open-loop.ts';
import { listen, type Listening } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';

const MIN_THROUGHPUT_RATIO = 0.97;
const MAX_P99_RATIO = 1.05;
/** Share of the bare server's throughput at which latency is measured. */
const LATENCY_LOAD = 0.2;
/** Processes of each side. What the compiler makes of a server differs more from process to process than Respite costs. */
const INSTANCES = 3;
const BODY_BYTES = 'Hello, World!'.length;
const CLOSED_CONNECTIONS = 32;
const OPEN_CONNECTIONS = 32;

/** Short, because the machine stalls for longer than Respite costs: both sides have to meet each stall alike. */
const SLICE_MS = 2;

interface Settings {
  /** A single pair of short runs scatters by 10 %, so that it takes a hundred to tell 0.97 from 0.99. */
  readonly throughputPairs: number;
  readonly throughputSeconds: number;
  readonly latencyPairs: number;
  readonly latencySeconds: number;
  readonly warmUpSeconds: number;
}

type Servers = Readonly<Record<Side, readonly Listening[]>>;

export const overhead: Benchmark = {
  name: 'overhead',
  summary: 'hello world on node:http, bare and under `respite run`: throughput, and latency at a fifth of it',
  pinned: true,
  async run(context: Context): Promise<Outcome> {
    const settings: Settings = context.quick
      ? { throughputPairs: 3, throughputSeconds: 1, latencyPairs: 3, latencySeconds: 1, warmUpSeconds: 1 }
      : { throughputPairs: 108, throughputSeconds: 1, latencyPairs: 27, latencySeconds: 4, warmUpSeconds: 4 };
    const servers: Servers = { bare: await listenAll('bare'), respite: await listenAll('respite') };
    const throughput = await measureThroughput(context, settings, servers);
    const ratePerSecond = Math.round(
      LATENCY_LOAD * median(throughput.valid.map(({ bare }) => bare.perSecond)),
    );
    const latency = await measureLatency(context, settings, servers, ratePerSecond);
    return report(settings, throughput, latency, ratePerSecond);
  },
};

async function listenAll(side: Side): Promise<readonly Listening[]> {
  return Promise.all(Array.from({ length: INSTANCES }, () => listen(side, 'hello.mjs')));
}

function portOf(servers: Servers, side: Side, round: number): number {
  return servers[side][round % INSTANCES]?.port ?? 0;
}

async function measureThroughput(
  { say }: Context,
  { throughputPairs, throughputSeconds, warmUpSeconds }: Settings,
  servers: Servers,
): Promise<Pairs<Throughput>> {
  const generator = chooseGenerator();
  const load = (side: Side, round: number, seconds: number): Promise<Throughput> =>
    closedLoop(generator, {
      port: portOf(servers, side, round),
      bodyBytes: BODY_BYTES,
      connections: CLOSED_CONNECTIONS,
      seconds,
    });
  say(`generator: ${generator === 'wrk' ? 'wrk' : 'our own, in Node.js (wrk is not installed)'}; warming up`);
  for (let i = 0; i < INSTANCES; i += 1) {
    await load('bare', i, warmUpSeconds);
    await load('respite', i, warmUpSeconds);
  }
  return interleave(
    throughputPairs,
    async (side, round) => {
      const result = await load(side, round, throughputSeconds);
      const { server, load: loadCore } = result.cores;
      say(
        `throughput ${round + 1} ${side.padEnd(7)} ${perSecond(result.perSecond)}, server's core ` +
          `${percent(server)} busy, load's ${percent(loadCore)}${result.isVoid ? ', VOID' : ''}`,
      );
      return result;
    },
    ({ isVoid }) => isVoid,
  );
}

async function measureLatency(
  { say }: Context,
  { latencyPairs, latencySeconds, warmUpSeconds }: Settings,
  servers: Servers,
  ratePerSecond: number,
): Promise<Pairs<Latency>> {
  const load = (round: number, seconds: number): Promise<Readonly<Record<Side, Latency>>> =>
    openLoop({
      ports: { bare: portOf(servers, 'bare', round), respite: portOf(servers, 'respite', round) },
      bodyBytes: BODY_BYTES,
      connections: OPEN_CONNECTIONS,
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
            `generator late by ${ms(lagP99Ms)} (p99)${isVoid ? ', VOID' : ''}`,
        );
      }
      return pair;
    },
    ({ isVoid }) => isVoid,
  );
}

function report(
  settings: Settings,
  throughput: Pairs<Throughput>,
  latency: Pairs<Latency>,
  ratePerSecond: number,
): Outcome {
  const rates = throughput.valid.map(({ bare, respite }) => respite.perSecond / bare.perSecond);
  const p50s = latency.valid.map(({ bare, respite }) => respite.p50Ms / bare.p50Ms);
  const p99s = latency.valid.map(({ bare, respite }) => respite.p99Ms / bare.p99Ms);
  const row = <T>(
    what: string,
    { valid }: Pairs<T>,
    value: (result: T) => number,
    format: (value: number) => string,
    ratios: readonly number[],
  ): readonly string[] => [
    what,
    medianAndRange(
      valid.map(({ bare }) => value(bare)),
      format,
    ),
    medianAndRange(
      valid.map(({ respite }) => value(respite)),
      format,
    ),
    medianAndRange(ratios, ratio),
  ];
  const lags = latency.valid.flatMap(({ bare, respite }) => [bare.lagP99Ms, respite.lagP99Ms]);
  return {
    goals: [
      {
        what: 'throughput, respite / bare',
        goal: `≥ ${MIN_THROUGHPUT_RATIO}`,
        ...figure(throughput, settings.throughputPairs, rates, (value) => value >= MIN_THROUGHPUT_RATIO),
      },
      {
        what: 'p99, respite / bare',
        goal: `≤ ${MAX_P99_RATIO}`,
        ...figure(latency, settings.latencyPairs, p99s, (value) => value <= MAX_P99_RATIO),
      },
    ],
    tables: [
      {
        title: 'Median (least to most) of the pairs; the ratio is the median of the ratios within each pair',
        columns: ['', 'bare', 'respite', 'ratio'],
        rows: [
          row('throughput', throughput, (result) => result.perSecond, perSecond, rates),
          row('p50', latency, (result) => result.p50Ms, ms, p50s),
          row('p99', latency, (result) => result.p99Ms, ms, p99s),
        ],
      },
    ],
    notes: [
      `Latency counts from when a request was due, at ${perSecond(ratePerSecond)} with random arrivals; the generator was late by ${medianAndRange(lags, ms)} (p99).`,
      `Void pairs, thrown away and run again: ${throughput.voided} of throughput (generator's core saturated, server's not), ${latency.voided} of latency (generator late by more than ${MAX_LAG_P99_MS} ms at p99).`,
    ],
    settings: {
      generator: chooseGenerator(),
      'processes of each side': INSTANCES,
      'pairs for throughput': settings.throughputPairs,
      'seconds of each run for throughput': settings.throughputSeconds,
      'pairs for latency': settings.latencyPairs,
      'seconds of each pair for latency': settings.latencySeconds,
      'ms until latency turns to the other side': SLICE_MS,
      'seconds of warm-up': settings.warmUpSeconds,
      'connections for throughput': CLOSED_CONNECTIONS,
      'connections to each side for latency': OPEN_CONNECTIONS,
      'requests per second for latency': ratePerSecond,
    },
    measurements: { throughput: throughput.valid, latency: latency.valid },
  };
}

function figure(
  { valid, voided }: Pairs<unknown>,
  wanted: number,
  ratios: readonly number[],
  meets: (value: number) => boolean,
): { readonly figure: string; readonly holds: boolean } {
  if (valid.length < wanted) {
    return { figure: `void: ${voided} of ${voided + valid.length} pairs were void`, holds: false };
  }
  const value = median(ratios);
  return { figure: ratio(value), holds: meets(value) };
}
