import { mb, percent } from '../../../core/units.ts';
import type { WatchdogReport } from '../../../worker/index.ts';
import { mbOf } from './figures.ts';
import type { Finding } from './finding.ts';
import { beginLevel, followLevel, type Growth, growthOf, type Level, type LevelRules } from './level.ts';
import type { ResolvedGcDeathSpiral } from './gc-death-spiral-options.ts';

/** How far back readings tell of growth. */
const WINDOW_MS = 10_000;
/** Readings that are closer together say more of chance than of growth. */
const LEAST_SPAN_MS = 3000;
/** A worker fills its caches in the first ten seconds. */
const LEVEL: LevelRules = Object.freeze({ warmUpMs: 10_000, steadyMs: 10_000 });

interface Reading {
  readonly atMs: number;
  readonly liveBytes: number;
}

/** What is remembered of one worker's heap. */
export interface HeapTrend {
  readonly collections: number;
  /** What was alive after each major collection of the last {@link WINDOW_MS}, oldest first. */
  readonly readings: readonly Reading[];
  /** Of what was alive after each. */
  readonly level: Level;
}

export interface HeapJudgement {
  readonly trend: HeapTrend;
  readonly verdict: 'well' | 'warn' | 'replace';
  /** Alive now, as far as can be known: after the last collection, and what has come since at the same pace. */
  readonly liveBytes: number;
  readonly bytesPerSecond: number;
  /** Until the old generation is full; Infinity when nothing grows. */
  readonly secondsLeft: number;
  /** Unknown while the worker has not served for long enough. */
  readonly growth: Growth;
}

/**
 * V8 aborts a process whose old generation is full, and spends its time in vain before: each collection frees less. Its share of
 * time rises too late to act on, so the rule is what is alive after a major collection.
 *
 * Between two collections the heap may fill by half. What is alive then is taken to grow as it did, up to what is in use.
 *
 * @param horizonMs How long it takes to replace a worker in peace.
 */
export function judgeHeap(
  before: HeapTrend | undefined,
  report: WatchdogReport,
  nowMs: number,
  horizonMs: number,
  options: ResolvedGcDeathSpiral | false,
): HeapJudgement {
  const trend = follow(before, report, nowMs);
  const { oldGenerationLimitBytes: limit, oldGenerationBytes: inUse } = report;
  const last = trend.readings.at(-1);
  const bytesPerSecond = nowMs - trend.level.sinceMs < LEVEL.warmUpMs ? 0 : slopeOf(trend.readings);
  const grown = last === undefined ? 0 : last.liveBytes + (bytesPerSecond * (nowMs - last.atMs)) / 1000;
  const liveBytes = Math.max(report.liveBytes, Math.min(inUse, grown));
  const secondsLeft = bytesPerSecond > 0 ? Math.max(0, limit - liveBytes) / bytesPerSecond : Infinity;
  const judged = {
    trend,
    liveBytes,
    bytesPerSecond,
    secondsLeft,
    growth: growthOf(trend.level, limit, nowMs, LEVEL),
  };
  if (options === false || liveBytes < options.warnShare * limit) return { ...judged, verdict: 'well' };
  const isLost =
    liveBytes >= options.replaceShare * limit ||
    (judged.growth === 'grows' && secondsLeft * 1000 < horizonMs);
  return { ...judged, verdict: isLost ? 'replace' : 'warn' };
}

/** The same as a finding; undefined while it is healthy. */
export function findGcDeathSpiral(
  id: number,
  { verdict, liveBytes, bytesPerSecond, secondsLeft, growth, trend }: HeapJudgement,
  { oldGenerationLimitBytes: limit, oldGenerationBytes: inUse }: WatchdogReport,
): Finding | undefined {
  if (verdict === 'well') return undefined;
  const share = `${percent(liveBytes / limit)} of the heap of worker ${id} is alive (${mbOf(liveBytes, limit)})`;
  const pace =
    bytesPerSecond === 0
      ? ''
      : ` and grows by ${mb(bytesPerSecond)} MB/s: ${secondsLeft.toFixed(0)} s are left`;
  return {
    cause: 'gc-death-spiral',
    severity: verdict === 'replace' ? 'replace' : 'warning',
    summary: share + pace,
    facts: [share + pace, `${mb(inUse)} MB are in use, after ${trend.collections} major collections`],
    growth,
  };
}

function follow(before: HeapTrend | undefined, report: WatchdogReport, nowMs: number): HeapTrend {
  const { majorCollections: collections, liveBytes } = report;
  if (before === undefined) return { collections, readings: [], level: beginLevel(nowMs) };
  if (collections === before.collections) return before;
  const recent = before.readings.filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
  return {
    collections,
    readings: [...recent, { atMs: nowMs, liveBytes }],
    level: followLevel(before.level, liveBytes, nowMs, LEVEL),
  };
}

/** In bytes a second, of all readings and of the later half of them, whichever is less: growth that has stopped is none. */
function slopeOf(readings: readonly Reading[]): number {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_SPAN_MS) return 0;
  const middleMs = (first.atMs + last.atMs) / 2;
  const before = readings.findLast(({ atMs }) => atMs <= middleMs) ?? first;
  return Math.max(0, Math.min(slope(first, last), slope(before, last)));
}

function slope(from: Reading, to: Reading): number {
  return ((to.liveBytes - from.liveBytes) * 1000) / (to.atMs - from.atMs);
}
