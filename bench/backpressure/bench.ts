// Slow clients beside fast ones, and what writing costs: Node.js's drain idiom against a channel of respite/backpressure.
import type { Benchmark, Context, Outcome, Table } from '../lib/benchmark.ts';
import { ms, percent } from '../lib/format.ts';
import { runBounds } from './bounds/run.ts';
import {
  AGAINST_NETTY,
  type Exhausted,
  goalsOf,
  middle,
  type Rounds,
  SLOW_BYTES_PER_SECOND,
  STALLED_CLIENTS,
  VARIANTS,
} from './goals.ts';
import { hasNetty, measure, type Measurement, type Variant } from './measure.ts';
import type { Plan } from './plan.ts';

/** For the JVM's compiler. */
const NETTY_WARM_UP_MS = 6000;

/** What one request of a fast client asks for, whatever the size of the messages: 50 of 8 KB, as in the talk. */
const RESPONSE_BYTES = 50 * 8192;

/** From a header to a large chunk. */
const MESSAGE_BYTES = [64, 256, 1024, 8192, 65_536] as const;

interface Times {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

export const backpressure: Benchmark = {
  name: 'backpressure',
  summary: "slow clients beside fast ones, and the cost of a write, against Node.js's drain idiom and Netty",
  pinned: true,
  measures: ['src/backpressure'],
  spread: 'rounds in alternating order, each in the tables; one run of the bounds',
  async run({ quick, say }: Context): Promise<Outcome> {
    // About ten minutes in all. What depends on the machine most has most rounds: a ratio within a round is what counts.
    const times: Times = quick
      ? { rounds: 1, warmUpMs: 500, durationMs: 1500 }
      : { rounds: 5, warmUpMs: 1500, durationMs: 5000 };
    const bySizeTimes: Times = quick ? times : { rounds: 3, warmUpMs: 1000, durationMs: 4000 };
    const talk = await rounds('50 slow clients', VARIANTS, plan(8192, times, { slow: 50 }), times, say);
    const exhausted = await exhaust(times, quick ? 1000 : STALLED_CLIENTS, say);
    const bySize = new Map<number, Rounds>();
    for (const bytes of MESSAGE_BYTES) {
      const clients = plan(bytes, bySizeTimes);
      bySize.set(bytes, await rounds(`${bytes} bytes`, VARIANTS, clients, bySizeTimes, say));
    }
    const netty = await againstNetty(times, say);
    const bounds = await runBounds(say);
    return {
      goals: goalsOf({ talk, exhausted, bySize, netty, bounds }),
      tables: [
        table('50 slow clients, 5 fast ones', VARIANTS, [['8192', talk]]),
        table('5 fast clients', VARIANTS, bySize),
        ...(netty === undefined ? [] : [table('Netty, 5 fast clients', AGAINST_NETTY, [['8192', netty]])]),
      ],
      notes: [
        'Each round has a fresh server for each variant; medians of the rounds, ratios within each round.',
        'The drain idiom corks what one turn writes, and its sockets have the high watermark of the channels (256 KB).',
        'Fast clients ask for 400 KB and read it as fast as they can; slow ones ask for 400 KB every 500 ms and read 64 KB/s.',
        'Stalled clients (1000 with --quick) ask for 8 MB each and read nothing; each gets messages of its own.',
        netty === undefined
          ? 'Netty was not measured: it needs java and Debian’s libnetty-java.'
          : 'Netty 4.1 on NIO with pooled direct buffers, one event loop, the same water marks; warmed up for 6 s.',
        'CPU is that of the server process, kernel included, while it is measured, for each message to a fast client; peak memory is VmHWM.',
        'The heap of 256 MB is all of it, the young generation included (--max-heap-size, as -Xmx is for Java).',
        'The last six rows are of one run each; servers and clients share a process there, and speed is not measured.',
      ],
      settings: {
        ...times,
        'rounds of a size': bySizeTimes.rounds,
        'ms of a size': bySizeTimes.durationMs,
        'heap in MB': 256,
        'ping every ms': 10,
      },
      measurements: { talk, exhausted, sizes: Object.fromEntries(bySize), netty, bounds },
    };
  },
};

function plan(
  messageBytes: number,
  times: Times,
  { slow = 0, stalled = 0 }: { readonly slow?: number; readonly stalled?: number } = {},
): Omit<Plan, 'port'> {
  return {
    stalledClients: stalled,
    warmUpMs: times.warmUpMs,
    durationMs: times.durationMs,
    fast: { clients: 5, messages: Math.ceil(RESPONSE_BYTES / messageBytes), messageBytes },
    slow: {
      clients: slow,
      messages: 50,
      messageBytes: 8192,
      everyMs: 500,
      bytesPerSecond: SLOW_BYTES_PER_SECOND,
    },
    pingEveryMs: 10,
  };
}

async function rounds<V extends Variant>(
  what: string,
  variants: readonly V[],
  clients: Omit<Plan, 'port'>,
  times: Times,
  say: Context['say'],
): Promise<Rounds<V>> {
  const all = Object.fromEntries(variants.map((variant): [V, Measurement[]] => [variant, []])) as Record<
    V,
    Measurement[]
  >;
  for (let round = 0; round < times.rounds; round += 1) {
    // The one that comes second may find a warmer machine.
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      const measured = await measure(variant, clients);
      all[variant].push(measured);
      say(`${what}, ${variant}: ${describe(measured)}`);
    }
  }
  return all;
}

async function exhaust(times: Times, stalled: number, say: Context['say']): Promise<Exhausted> {
  const [alone, beside]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < times.rounds; round += 1) {
    for (const [all, count] of [
      [alone, 0],
      [beside, stalled],
    ] as const) {
      const measured = await measure('budget', plan(8192, times, { stalled: count }));
      all.push(measured);
      say(`${count} stalled clients, budget of 64 MB: ${describe(measured)}`);
    }
  }
  return { alone, beside };
}

function describe(measured: Measurement): string {
  const { fastMbPerSecond, pingP99Ms, peakRssMb, cpuMicrosecondsPerWrite, serverBusy, clientsBusy } =
    measured;
  const busy = `${percent(serverBusy)} and ${percent(clientsBusy)} of their cores`;
  return `${fastMbPerSecond.toFixed(0)} MB/s, ping p99 ${ms(pingP99Ms)}, ${peakRssMb.toFixed(0)} MB, ${cpuMicrosecondsPerWrite.toFixed(2)} µs a write; server and clients use ${busy}`;
}

async function againstNetty(
  times: Times,
  say: Context['say'],
): Promise<Rounds<(typeof AGAINST_NETTY)[number]> | undefined> {
  if (!hasNetty()) {
    say(
      'Netty is left out: it needs java and libnetty-java (apt-get install default-jdk-headless libnetty-java)',
    );
    return undefined;
  }
  const warm = { ...times, warmUpMs: NETTY_WARM_UP_MS };
  return rounds('against Netty', AGAINST_NETTY, plan(8192, warm), warm, say);
}

function table<V extends Variant>(
  title: string,
  variants: readonly V[],
  measured: Iterable<readonly [number | string, Rounds<V>]>,
): Table {
  const rows = [...measured].flatMap(([bytes, byVariant]) =>
    variants.map((variant) => {
      const all = byVariant[variant];
      return [
        String(bytes),
        variant,
        middle(all, ({ fastMbPerSecond }) => fastMbPerSecond).toFixed(0),
        ms(middle(all, ({ pingP99Ms }) => pingP99Ms)),
        middle(all, ({ peakRssMb }) => peakRssMb).toFixed(0),
        middle(all, ({ cpuMicrosecondsPerWrite }) => cpuMicrosecondsPerWrite).toFixed(2),
      ];
    }),
  );
  return {
    title,
    columns: ['message bytes', 'written with', 'fast MB/s', 'ping p99', 'peak RSS MB', 'CPU µs a write'],
    rows,
  };
}
