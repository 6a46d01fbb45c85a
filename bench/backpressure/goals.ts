// What must hold, a row for each line of it.
import type { Goal } from '../lib/benchmark.ts';
import { kilobytes, ms } from '../lib/format.ts';
import { median } from '../lib/statistics.ts';
import type { Bounds } from './bounds/run.ts';
import type { Measurement, Variant } from './measure.ts';

export const VARIANTS = ['drain', 'channel'] as const;

/** How messages of 8 KB are written against Netty, which waits for writability with the same marks. */
export const AGAINST_NETTY = ['channel', 'netty-shared', 'unique', 'netty-unique'] as const;

export const SLOW_BYTES_PER_SECOND: number = 64 * 1024;
export const STALLED_CLIENTS = 5000;

const MIN_NETTY_RATIOS = { shared: 1.5, unique: 0.8 } as const;
const MAX_RSS_MB = 150;
const MAX_PING_MS = 10;
const MIN_SLOW_SHARE = 0.95;
/** The idiom with `cork` and the same watermark: a channel bounds more, and must not be slower for it. */
const MIN_FAST_RATIO = 1;

const MAX_STALLED_RSS_MB = 200;
const MIN_EXHAUSTED_SHARE = 0.8;

/** Message bytes → times the drain idiom's throughput, without slow clients. */
const MIN_RATIOS: ReadonlyMap<number, number> = new Map([
  [256, 1],
  [8192, 1],
  [65_536, 1],
]);

/** Message bytes → microseconds of CPU for each write, kernel included. */
const MAX_CPU: ReadonlyMap<number, number> = new Map([
  [64, 0.3],
  [1024, 0.5],
  [8192, 3],
]);

const MAX_KERNEL_BYTES = 128 * 1024;
const MAX_EVICTED_MS = 10_000;

export type Rounds<V extends Variant = (typeof VARIANTS)[number]> = Readonly<
  Record<V, readonly Measurement[]>
>;

/** Under a budget: with nobody else, and while stalled clients exhaust it. */
export interface Exhausted {
  readonly alone: readonly Measurement[];
  readonly beside: readonly Measurement[];
}

export interface Measured {
  readonly talk: Rounds;
  readonly exhausted: Exhausted;
  /** By message bytes. */
  readonly bySize: ReadonlyMap<number, Rounds>;
  /** Undefined where it is not installed. */
  readonly netty: Rounds<(typeof AGAINST_NETTY)[number]> | undefined;
  readonly bounds: Bounds;
}

export function goalsOf({ talk, exhausted, bySize, netty, bounds }: Measured): Goal[] {
  return [
    ...talkGoals(talk),
    ...sizeGoals(bySize),
    ...(netty === undefined ? [] : nettyGoals(netty)),
    ...exhaustedGoals(exhausted),
    ...boundGoals(bounds),
  ];
}

export function middle(measurements: readonly Measurement[], of: (one: Measurement) => number): number {
  return median(measurements.map(of));
}

/** The median of the ratios of throughput within the rounds. */
function ratio(ours: readonly Measurement[], theirs: readonly Measurement[]): number {
  return median(ours.map((one, i) => one.fastMbPerSecond / (theirs[i]?.fastMbPerSecond ?? NaN)));
}

function timesDrain({ drain, channel }: Rounds): number {
  return ratio(channel, drain);
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

function nettyGoals(netty: Rounds<(typeof AGAINST_NETTY)[number]>): Goal[] {
  const pairs = [
    ['one message of 8 KB for all', MIN_NETTY_RATIOS.shared, ratio(netty.channel, netty['netty-shared'])],
    ['a copy of 8 KB for each', MIN_NETTY_RATIOS.unique, ratio(netty.unique, netty['netty-unique'])],
  ] as const;
  return pairs.map(([what, min, times]) =>
    goal(what, `≥ ${min} times Netty`, `${times.toFixed(2)} times`, times >= min),
  );
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

function boundGoals({ producers, peers, responses, order }: Bounds): Goal[] {
  const { mostPendingBytes, allowedBytes, hung } = producers;
  const { isKernelBounded, kernelBytes, neverReaders, evictedMs, readers, readersGone } = peers;
  const { limitBytes, pipelined, http2 } = responses;
  const lastMs = Math.max(...evictedMs);
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return [
    goal(
      '1,000 producers on one socket',
      `≤ ${kilobytes(allowedBytes)} pending, none hung after close`,
      `${kilobytes(mostPendingBytes)}, ${hung} hung`,
      mostPendingBytes <= allowedBytes && hung === 0,
    ),
    goal(
      'kernel send queue of a stalled client',
      `≤ ${kilobytes(MAX_KERNEL_BYTES)}`,
      isKernelBounded
        ? kilobytes(kernelBytes)
        : `${kilobytes(kernelBytes)}, the kernel has no such setting here`,
      kernelBytes <= MAX_KERNEL_BYTES,
    ),
    goal(
      `${neverReaders} clients that never read, ${readers} that read 32 KB/s`,
      `evicted ≤ ${MAX_EVICTED_MS / 1000} s, none wrongly`,
      `${evictedMs.length - readersGone} after ≤ ${(lastMs / 1000).toFixed(1)} s, ${readersGone} wrongly`,
      evictedMs.length === neverReaders && lastMs <= MAX_EVICTED_MS && readersGone === 0,
    ),
    ...(
      [
        ['400 pipelined requests of a client that never reads', pipelined],
        ['300 HTTP/2 streams with closed windows', http2],
      ] as const
    ).map(([what, { mostUsedBytes }]) =>
      goal(
        what,
        `≤ the budget of ${megabytes(limitBytes)}`,
        megabytes(mostUsedBytes),
        mostUsedBytes > 0 && mostUsedBytes <= limitBytes,
      ),
    ),
    goal(
      'every byte in order, once (SHA-256)',
      'the same digest',
      `${order.isSame ? 'the same' : 'another'}, ${megabytes(order.receivedBytes)}`,
      order.isSame && order.receivedBytes === order.sentBytes,
    ),
  ];
}

function goal(what: string, wanted: string, figure: string, holds: boolean): Goal {
  return { what, goal: wanted, figure, holds };
}
