// What `respite run` costs when there is no trouble: throughput, processor time and latency of requests that do next to nothing.
import type { Benchmark, Context, Goal, Outcome } from '../lib/benchmark.ts';
import { chooseGenerator, type Throughput } from '../lib/closed-loop.ts';
import { medianAndRange, ms, perSecond, ratio } from '../lib/format.ts';
import type { Pair, Pairs } from '../lib/interleave.ts';
import { type Latency, MAX_LAG_P99_MS } from '../lib/open-loop.ts';
import { median } from '../lib/statistics.ts';
import { type CostSettings, measureCpu, measureThroughput, warmUp } from './cost.ts';
import { type LatencySettings, measureLatency } from './latency.ts';
import { Instances, type Workload, WORKLOADS } from './workloads.ts';

const MIN_THROUGHPUT_RATIO = 0.97;
const MAX_CPU_RATIO = 1.03;
const MAX_P50_RATIO = 1.03;
const MAX_P99_RATIO = 1.05;

/** Share of the bare server's throughput at which latency is measured. */
const LATENCY_LOAD = 0.2;

type Settings = CostSettings & LatencySettings;

const FULL: Settings = {
  throughputPairs: 60,
  cpuPairs: 30,
  seconds: 1,
  latencyPairs: 27,
  latencySeconds: 4,
  warmUpSeconds: 3,
};

const QUICK: Settings = {
  throughputPairs: 3,
  cpuPairs: 3,
  seconds: 1,
  latencyPairs: 3,
  latencySeconds: 1,
  warmUpSeconds: 1,
};

interface Measured {
  readonly workload: Workload;
  readonly throughput: Pairs<Throughput>;
  readonly cpu: readonly Pair<number>[];
  readonly latency: Pairs<Latency> | undefined;
}

export const overhead: Benchmark = {
  name: 'overhead',
  summary:
    'requests that do next to nothing, bare and under `respite run`: throughput and processor time of node:http, of a new ' +
    'connection for each request, of Express and of Fastify, and latency of node:http at a fifth of its throughput',
  pinned: true,
  measures: ['src/admission', 'src/worker', 'src/telemetry'],
  spread: 'pairs in alternating order; median, least and most',
  filters: { workload: WORKLOADS.map(({ name }) => name) },
  async run(context: Context): Promise<Outcome> {
    const settings = context.quick ? QUICK : FULL;
    const wanted = context.filters['workload'];
    context.say(
      `generator: ${chooseGenerator() === 'wrk' ? 'wrk' : 'our own, in Node.js (wrk is not installed)'}`,
    );
    const measured: Measured[] = [];
    for (const workload of WORKLOADS) {
      if (wanted === undefined || wanted.includes(workload.name)) {
        measured.push(await measure(context, settings, workload));
      }
    }
    return report(settings, measured);
  },
};

async function measure(context: Context, settings: Settings, workload: Workload): Promise<Measured> {
  const instances = await Instances.start(workload);
  try {
    await warmUp(workload, instances, settings.warmUpSeconds);
    const throughput = await measureThroughput(context, settings, workload, instances);
    const cpu = await measureCpu(context, settings, workload, instances);
    if (workload !== WORKLOADS[0]) return { workload, throughput, cpu, latency: undefined };
    const rate = LATENCY_LOAD * median(throughput.valid.map(({ bare }) => bare.perSecond));
    const latency = await measureLatency(context, settings, instances, Math.round(rate));
    return { workload, throughput, cpu, latency };
  } finally {
    await instances.stop();
  }
}

function ratios<T>(pairs: readonly Pair<T>[], value: (result: T) => number): readonly number[] {
  return pairs.map(({ bare, respite }) => value(respite) / value(bare));
}

function report(settings: Settings, measured: readonly Measured[]): Outcome {
  return {
    goals: measured.flatMap((each) => goalsOf(settings, each)),
    tables: [
      {
        title: 'Median (least to most) of the pairs; the ratio is the median of the ratios within each pair',
        columns: ['', 'bare', 'respite', 'ratio'],
        rows: measured.flatMap(rowsOf),
      },
    ],
    notes: measured.flatMap(notesOf),
    settings: {
      generator: chooseGenerator(),
      'pairs for throughput': settings.throughputPairs,
      'pairs for processor time': settings.cpuPairs,
      'seconds of each of these': settings.seconds,
      'pairs for latency': settings.latencyPairs,
      'seconds of each pair for latency': settings.latencySeconds,
      'seconds of warm-up': settings.warmUpSeconds,
    },
    measurements: Object.fromEntries(
      measured.map(({ workload, throughput, cpu, latency }) => [
        workload.name,
        { 'throughput, bare and respite': throughput.valid.map(perSecondOf), cpu, latency: latency?.valid },
      ]),
    ),
  };
}

/** Requests a second of a pair. */
function perSecondOf({ bare, respite }: Pair<Throughput>): readonly [bare: number, respite: number] {
  return [Math.round(bare.perSecond), Math.round(respite.perSecond)];
}

function goalsOf(settings: Settings, { workload, throughput, cpu, latency }: Measured): readonly Goal[] {
  const { name } = workload;
  const goals: Goal[] = [
    {
      what: `${name}: throughput, respite / bare`,
      goal: `≥ ${MIN_THROUGHPUT_RATIO}`,
      ...figure(throughput, settings.throughputPairs, rate, (value) => value >= MIN_THROUGHPUT_RATIO),
    },
  ];
  if (latency === undefined) return goals;
  const cpuRatio = median(ratios(cpu, itself));
  return [
    ...goals,
    {
      what: `${name}: processor time of a request, respite / bare`,
      goal: `≤ ${MAX_CPU_RATIO}`,
      figure: ratio(cpuRatio),
      holds: cpuRatio <= MAX_CPU_RATIO,
    },
    {
      what: `${name}: p50, respite / bare`,
      goal: `≤ ${MAX_P50_RATIO}`,
      ...figure(latency, settings.latencyPairs, p50, (value) => value <= MAX_P50_RATIO),
    },
    {
      what: `${name}: p99, respite / bare`,
      goal: `≤ ${MAX_P99_RATIO}`,
      ...figure(latency, settings.latencyPairs, p99, (value) => value <= MAX_P99_RATIO),
    },
  ];
}

const rate = ({ perSecond: value }: Throughput): number => value;
const itself = (value: number): number => value;
const p50 = ({ p50Ms }: Latency): number => p50Ms;
const p99 = ({ p99Ms }: Latency): number => p99Ms;

function rowsOf({ workload, throughput, cpu, latency }: Measured): readonly (readonly string[])[] {
  const row = <T>(
    what: string,
    pairs: readonly Pair<T>[],
    value: (result: T) => number,
    format: (value: number) => string,
  ): readonly string[] => [
    `${workload.name}: ${what}`,
    medianAndRange(
      pairs.map(({ bare }) => value(bare)),
      format,
    ),
    medianAndRange(
      pairs.map(({ respite }) => value(respite)),
      format,
    ),
    medianAndRange(ratios(pairs, value), ratio),
  ];
  const rows = [
    row('throughput', throughput.valid, rate, perSecond),
    row('processor time of a request', cpu, itself, (value) => `${value.toFixed(1)} µs`),
  ];
  if (latency === undefined) return rows;
  return [...rows, row('p50', latency.valid, p50, ms), row('p99', latency.valid, p99, ms)];
}

function notesOf({ workload: { name }, throughput, latency }: Measured): readonly string[] {
  const voided = `${name}: ${throughput.voided} pairs of throughput were invalid (generator's core saturated, server's not), and run again.`;
  if (latency === undefined) return [voided];
  const lags = latency.valid.flatMap(({ bare, respite }) => [bare.lagP99Ms, respite.lagP99Ms]);
  return [
    voided,
    `${name}: latency counts from when a request was due; the generator was late by ${medianAndRange(lags, ms)} (p99). Pairs in which that was more than ${MAX_LAG_P99_MS} ms: ${latency.voided}, run again.`,
  ];
}

function figure<T>(
  { valid, voided }: Pairs<T>,
  wanted: number,
  read: (result: T) => number,
  meets: (value: number) => boolean,
): { readonly figure: string; readonly holds: boolean } {
  if (valid.length < wanted) {
    return { figure: `invalid: ${voided} of ${voided + valid.length} pairs were invalid`, holds: false };
  }
  const value = median(ratios(valid, read));
  return { figure: ratio(value), holds: meets(value) };
}
