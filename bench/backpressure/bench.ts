// Slow clients beside fast ones, and what writing costs: Node.js's drain idiom against a channel of respite/backpressure.
import type { Benchmark, Context, Goal, Outcome, Table } from '../lib/benchmark.ts';
import { ms } from '../lib/format.ts';
import { median } from '../lib/statistics.ts';
import { hasNetty, measure, type Measurement, type Variant } from './measure.ts';
import type { Plan } from './plan.ts';

const VARIANTS = ['drain', 'channel'] as const;

/** How messages of 8 KB are written against Netty, which waits for writability with the same marks. */
const AGAINST_NETTY = ['channel', 'netty-shared', 'unique', 'netty-unique'] as const;
const MIN_NETTY_RATIOS = { shared: 1.5, unique: 0.8 } as const;
/** For the JVM's compiler. */
const NETTY_WARM_UP_MS = 6000;

/** What one request of a fast client asks for, whatever the size of the messages: 50 of 8 KB, as in the talk. */
const RESPONSE_BYTES = 50 * 8192;
const SLOW_BYTES_PER_SECOND = 64 * 1024;

const MAX_RSS_MB = 150;
const MAX_PING_MS = 10;
const MIN_SLOW_SHARE = 0.95;
const MIN_FAST_RATIO = 1.5;

const STALLED_CLIENTS = 5000;
const MAX_STALLED_RSS_MB = 200;
const MIN_EXHAUSTED_SHARE = 0.8;

/** Message bytes → times the drain idiom's throughput, without slow clients. */
const MIN_RATIOS: ReadonlyMap<number, number> = new Map([
  [256, 20],
  [8192, 2],
  [65_536, 1],
]);

/** Message bytes → microseconds of CPU for each write, kernel included. */
const MAX_CPU: ReadonlyMap<number, number> = new Map([
  [64, 0.3],
  [1024, 0.5],
  [8192, 3],
]);

interface Times {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

type Rounds<V extends Variant = (typeof VARIANTS)[number]> = Readonly<Record<V, readonly Measurement[]>>;

/** Under a budget: with nobody else, and while stalled clients exhaust it. */
interface Exhausted {
  readonly alone: readonly Measurement[];
  readonly beside: readonly Measurement[];
}

export const backpressure: Benchmark = {
  name: 'backpressure',
  summary: "slow clients beside fast ones, and the cost of a write, against Node.js's drain idiom and Netty",
  pinned: true,
  async run({ quick, say }: Context): Promise<Outcome> {
    const times: Times = quick
      ? { rounds: 1, warmUpMs: 500, durationMs: 1500 }
      : { rounds: 5, warmUpMs: 2000, durationMs: 10_000 };
    const talk = await rounds('50 slow clients', VARIANTS, plan(8192, times, { slow: 50 }), times, say);
    const exhausted = await exhaust(times, quick ? 1000 : STALLED_CLIENTS, say);
    const sizes = [...new Set([...MAX_CPU.keys(), ...MIN_RATIOS.keys()])].toSorted((a, b) => a - b);
    const bySize = new Map<number, Rounds>();
    for (const bytes of sizes) {
      bySize.set(bytes, await rounds(`${bytes} bytes`, VARIANTS, plan(bytes, times), times, say));
    }
    const netty = await againstNetty(times, say);
    return {
      goals: [
        ...talkGoals(talk),
        ...exhaustedGoals(exhausted),
        ...sizeGoals(bySize),
        ...(netty === undefined ? [] : nettyGoals(netty)),
      ],
      tables: [
        table('50 slow clients, 5 fast ones', VARIANTS, [['8192', talk]]),
        table('5 fast clients', VARIANTS, bySize),
        ...(netty === undefined ? [] : [table('Netty, 5 fast clients', AGAINST_NETTY, [['8192', netty]])]),
      ],
      notes: [
        'Each round has a fresh server for each variant; medians of the rounds, ratios within each round.',
        'Fast clients ask for 400 KB and read it as fast as they can; slow ones ask for 400 KB every 500 ms and read 64 KB/s.',
        'Stalled clients (1000 with --quick) ask for 8 MB each and read nothing; each gets messages of its own.',
        netty === undefined
          ? 'Netty was not measured: it needs java and Debian’s libnetty-java.'
          : 'Netty 4.1 on NIO with pooled direct buffers, one event loop, the same water marks; warmed up for 6 s.',
        'CPU is that of the server process, kernel included, for each message to a fast client; peak memory is VmHWM.',
      ],
      settings: { ...times, 'heap in MB': 256, 'ping every ms': 10 },
      measurements: { talk, exhausted, sizes: Object.fromEntries(bySize), netty },
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
    // Whoever comes second may find a warmer machine.
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

function describe({ fastMbPerSecond, pingP99Ms, peakRssMb }: Measurement): string {
  return `${fastMbPerSecond.toFixed(0)} MB/s, ping p99 ${ms(pingP99Ms)}, ${peakRssMb.toFixed(0)} MB`;
}

function middle(measurements: readonly Measurement[], of: (one: Measurement) => number): number {
  return median(measurements.map(of));
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

/** The median of the ratios of throughput within the rounds. */
function ratio(ours: readonly Measurement[], theirs: readonly Measurement[]): number {
  return median(ours.map((one, i) => one.fastMbPerSecond / (theirs[i]?.fastMbPerSecond ?? NaN)));
}

function timesDrain({ drain, channel }: Rounds): number {
  return ratio(channel, drain);
}

function nettyGoals(netty: Rounds<(typeof AGAINST_NETTY)[number]>): Goal[] {
  const pairs = [
    ['one message of 8 KB for all', MIN_NETTY_RATIOS.shared, ratio(netty.channel, netty['netty-shared'])],
    ['a copy of 8 KB for each', MIN_NETTY_RATIOS.unique, ratio(netty.unique, netty['netty-unique'])],
  ] as const;
  return pairs.map(([what, min, times]) =>
    goal(what, `≥ ${min} times Netty`, `${times.toFixed(2)} times`, times >= min),
  );
}

function talkGoals(talk: Rounds): Goal[] {
  const { channel } = talk;
  const rss = Math.max(...channel.map(({ peakRssMb }) => peakRssMb));
  const ping = middle(channel, ({ pingP99Ms }) => pingP99Ms);
  const slow = Math.min(...channel.map((one) => one.slowLeastBytesPerSecond)) / SLOW_BYTES_PER_SECOND;
  const gone = channel.reduce((total, { slowGone }) => total + slowGone, 0);
  const times = timesDrain(talk);
  return [
    goal('memory with 50 slow clients', `≤ ${MAX_RSS_MB} MB`, `${rss.toFixed(0)} MB`, rss <= MAX_RSS_MB),
    goal('ping p99 with 50 slow clients', `≤ ${MAX_PING_MS} ms`, ms(ping), ping <= MAX_PING_MS),
    goal(
      'rate of the slowest slow client',
      `≥ ${100 * MIN_SLOW_SHARE} % of 64 KB/s, none gone`,
      `${(100 * slow).toFixed(0)} %, ${gone} gone`,
      slow >= MIN_SLOW_SHARE && gone === 0,
    ),
    goal(
      'fast clients beside slow ones',
      `≥ ${MIN_FAST_RATIO} times the drain idiom`,
      `${times.toFixed(2)} times`,
      times >= MIN_FAST_RATIO,
    ),
  ];
}

function exhaustedGoals({ alone, beside }: Exhausted): Goal[] {
  const rss = Math.max(...beside.map(({ peakRssMb }) => peakRssMb));
  const share = ratio(beside, alone);
  return [
    goal(
      `memory with ${STALLED_CLIENTS} stalled clients, budget of 64 MB`,
      `≤ ${MAX_STALLED_RSS_MB} MB`,
      `${rss.toFixed(0)} MB`,
      rss <= MAX_STALLED_RSS_MB,
    ),
    goal(
      'fast clients while the budget is exhausted',
      `≥ ${100 * MIN_EXHAUSTED_SHARE} % of their speed without`,
      `${(100 * share).toFixed(0)} %`,
      share >= MIN_EXHAUSTED_SHARE,
    ),
  ];
}

function sizeGoals(bySize: ReadonlyMap<number, Rounds>): Goal[] {
  const goals: Goal[] = [];
  for (const [bytes, measured] of bySize) {
    const cpu = middle(measured.channel, ({ cpuMicrosecondsPerWrite }) => cpuMicrosecondsPerWrite);
    const [maxCpu, minRatio] = [MAX_CPU.get(bytes), MIN_RATIOS.get(bytes)];
    if (maxCpu !== undefined) {
      goals.push(
        goal(`CPU of a write of ${bytes} B`, `≤ ${maxCpu} µs`, `${cpu.toFixed(2)} µs`, cpu <= maxCpu),
      );
    }
    if (minRatio !== undefined) {
      const times = timesDrain(measured);
      const what = `throughput at ${bytes} B`;
      goals.push(
        goal(what, `≥ ${minRatio} times the drain idiom`, `${times.toFixed(1)} times`, times >= minRatio),
      );
    }
  }
  return goals;
}

function goal(what: string, wanted: string, figure: string, holds: boolean): Goal {
  return { what, goal: wanted, figure, holds };
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
