// What the watchdog thread costs a worker: processor time and memory, with it and without it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Context, Outcome } from '../lib/benchmark.ts';
import { medianAndRange, percent } from '../lib/format.ts';
import { ManagementPort } from '../lib/management.ts';
import { cpuSeconds, residentMb } from '../lib/process-figures.ts';
import { listen, type Listening } from '../lib/server.ts';
import { median } from '../lib/statistics.ts';
import { steadyLoad } from '../lib/steady-load.ts';

const MOST_CPU_SHARE = 0.01;
const MOST_MEMORY_MB = 15;

/** As much as a server has on a quiet day: what it takes of the processor would hide what the watchdog does at full load. */
const REQUESTS_PER_SECOND = 500;

/** Without anything to look for a worker has no watchdog. */
const OFF = 'everything but descriptors and diskFull is switched off in `supervisor.detect`';

type Mode = 'watched' | 'unwatched';
type Load = 'idle' | 'load';

interface Measured {
  /** Of one core. */
  readonly cpuShare: number;
  readonly memoryMb: number;
}

export const watchdog: Benchmark = {
  name: 'watchdog',
  summary: 'processor time and memory of a worker, with its watchdog and without, idle and under load',
  pinned: true,
  measures: ['src/worker/watchdog'],
  spread: 'pairs in alternating order; median, least and most',
  async run({ quick, say }: Context): Promise<Outcome> {
    const [pairs, seconds] = quick ? [2, 4] : [12, 20];
    const found: Record<Load, Record<Mode, Measured>[]> = { idle: [], load: [] };
    for (let i = 0; i < pairs; i += 1) {
      for (const load of ['idle', 'load'] as const) {
        const order = i % 2 === 0 ? (['watched', 'unwatched'] as const) : (['unwatched', 'watched'] as const);
        const first = await measure(order[0], load, seconds);
        const second = await measure(order[1], load, seconds);
        const pair =
          order[0] === 'watched'
            ? { watched: first, unwatched: second }
            : { watched: second, unwatched: first };
        found[load].push(pair);
        say(
          `${load} ${i + 1}: ${percent(pair.watched.cpuShare)} and ${pair.watched.memoryMb.toFixed(1)} MB with, ` +
            `${percent(pair.unwatched.cpuShare)} and ${pair.unwatched.memoryMb.toFixed(1)} MB without`,
        );
      }
    }
    return report(found, pairs, seconds);
  },
};

/** A fresh worker each time: its memory depends on all that it has been through. */
async function measure(mode: Mode, load: Load, seconds: number): Promise<Measured> {
  const config = mode === 'watched' ? 'watched.config.json' : 'unwatched.config.json';
  const listening = await listen('respite', 'hello.mjs', {
    options: ['--config', new URL(config, import.meta.url).pathname],
  });
  const stop = load === 'load' ? steadyLoad(listening.port, REQUESTS_PER_SECOND) : undefined;
  try {
    const pid = await workerOf(listening);
    await delay(2000);
    const before = cpuSeconds(pid);
    const startedMs = performance.now();
    await delay(seconds * 1000);
    const cpuShare = (cpuSeconds(pid) - before) / ((performance.now() - startedMs) / 1000);
    return { cpuShare, memoryMb: residentMb(pid) };
  } finally {
    await stop?.();
    await listening.server.stop();
  }
}

async function workerOf({ server }: Listening): Promise<number> {
  const management = await ManagementPort.of(server);
  await management.settled();
  const [worker] = (await management.status()).workers;
  if (worker === undefined) throw new Error('there is no worker');
  return worker.pid;
}

function report(found: Record<Load, Record<Mode, Measured>[]>, pairs: number, seconds: number): Outcome {
  const difference = (load: Load, read: (measured: Measured) => number): number[] =>
    found[load].map(({ watched, unwatched }) => read(watched) - read(unwatched));
  const cpu = (load: Load): number[] => difference(load, ({ cpuShare }) => cpuShare);
  const memory = (load: Load): number[] => difference(load, ({ memoryMb }) => memoryMb);
  const mb = (value: number): string => `${value.toFixed(1)} MB`;
  const share = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const goal = (load: Load): Outcome['goals'] => [
    {
      what: `processor, ${load}`,
      goal: `≤ ${percent(MOST_CPU_SHARE)} of a core`,
      figure: share(median(cpu(load))),
      holds: median(cpu(load)) <= MOST_CPU_SHARE,
    },
    {
      what: `memory, ${load}`,
      goal: `≤ ${MOST_MEMORY_MB} MB`,
      figure: mb(median(memory(load))),
      holds: median(memory(load)) <= MOST_MEMORY_MB,
    },
  ];
  const row = (
    what: string,
    load: Load,
    read: (measured: Measured) => number,
    format: (value: number) => string,
  ): string[] => [
    `${what}, ${load}`,
    ...(['watched', 'unwatched'] as const).map((mode) =>
      medianAndRange(
        found[load].map((pair) => read(pair[mode])),
        format,
      ),
    ),
    medianAndRange(difference(load, read), format),
  ];
  return {
    goals: [...goal('idle'), ...goal('load')],
    tables: [
      {
        title:
          'Median (least to most) of fresh workers; the difference is the median of those within each pair',
        columns: ['', 'with', 'without', 'difference'],
        rows: (['idle', 'load'] as const).flatMap((load) => [
          row('processor', load, ({ cpuShare }) => cpuShare, share),
          row('memory', load, ({ memoryMb }) => memoryMb, mb),
        ]),
      },
    ],
    notes: [
      `Without: ${OFF}, so that the worker starts no thread.`,
      'Processor time counts in hundredths of a second; memory is what is resident at the end.',
    ],
    settings: {
      pairs,
      'seconds of each run': seconds,
      'requests per second under load': REQUESTS_PER_SECOND,
    },
    measurements: found,
  };
}
