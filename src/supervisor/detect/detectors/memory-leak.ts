import type { ResolvedMemoryLeak } from './memory-leak-options.ts';
import { kendallTau, type Point, theilSenSlope } from './trend.ts';

/** Points of a window; of the readings of one point the least counts, since what comes on top of it is garbage. */
const POINTS_PER_WINDOW = 24;

/** With fewer of them nothing is known. Collections of an idle server are minutes apart. */
const LEAST_POINTS = 8;

/** It has to grow all the time: noise, a step and a few steps don't reach this; see {@link kendallTau}. */
const STEADY = 0.85;

/** The later half must grow at this share of the pace of the whole: what fills up becomes slower. */
const LASTING = 0.6;

/** Without this many of its largest rises from one point to the next, this share of the growth must be left: steps are none. */
const STEPS = 2;
const WITHOUT_STEPS = 0.5;

/** Slow leaks in large heaps show in longer windows; this many windows are looked back. */
const SPANS = [1, 2, 4, 8] as const;

/** Points must cover this share of a span: they are where the readings are, and not at its ends. */
const COVERED = 0.85;

/** This many windows before it is too much, it is time. Earlier than that there is more to lose by being wrong. */
const HORIZON_WINDOWS = 6;

/** Below this share of the limit nothing that grows is anybody's concern. */
const LEAST_SHARE = 0.4;

/** At this share it would be too much: there the rules against full heaps and full memory act, in less peace. */
const FULL_SHARE = 0.7;

/** What is remembered of one quantity of one worker. */
export interface LeakTrend {
  /** Since when it is looked at: the first window fills caches, and is not. */
  readonly sinceMs: number;
  /** Oldest first. */
  readonly points: readonly Point[];
}

/** Growth that will not stop by itself, as far as can be known. */
export interface Leak {
  readonly bytesPerSecond: number;
  /** How long it has been looked at. */
  readonly spanMs: number;
  readonly grownBytes: number;
  /** Until {@link FULL_SHARE} of the limit is reached. */
  readonly leftMs: number;
}

/** Takes a reading into account. */
export function followLeak(
  before: LeakTrend | undefined,
  bytes: number,
  nowMs: number,
  { windowMs }: ResolvedMemoryLeak,
): LeakTrend {
  const sinceMs = before?.sinceMs ?? nowMs;
  if (before === undefined || nowMs - sinceMs < windowMs) return { sinceMs, points: [] };
  const { points } = before;
  const last = points.at(-1);
  const bucket = (atMs: number): number => Math.floor(((atMs - sinceMs) * POINTS_PER_WINDOW) / windowMs);
  if (last !== undefined && bucket(last.atMs) === bucket(nowMs)) {
    return bytes >= last.bytes
      ? before
      : { sinceMs, points: [...points.slice(0, -1), { atMs: nowMs, bytes }] };
  }
  const longestMs = SPANS[3] * windowMs;
  const recent = points.filter(({ atMs }) => nowMs - atMs <= longestMs + windowMs / POINTS_PER_WINDOW);
  return { sinceMs, points: [...recent, { atMs: nowMs, bytes }] };
}

/**
 * Memory that grows steadily over minutes, at a pace that would be too much before long. Caches that fill after the start and then
 * stop are none, nor is a step, nor garbage, however much.
 *
 * @param limitBytes What there is.
 */
export function findLeak(
  { points }: LeakTrend,
  limitBytes: number,
  { windowMs, growthShare }: ResolvedMemoryLeak,
): Leak | undefined {
  const last = points.at(-1);
  if (last === undefined || last.bytes < LEAST_SHARE * limitBytes) return undefined;
  for (const times of SPANS) {
    const recent = points.filter(({ atMs }) => last.atMs - atMs <= times * windowMs);
    const spanMs = last.atMs - (recent[0]?.atMs ?? last.atMs);
    if (spanMs < COVERED * times * windowMs) return undefined;
    const leak = judge(recent, spanMs, limitBytes, growthShare);
    if (leak !== undefined && leak.leftMs <= HORIZON_WINDOWS * windowMs) return leak;
  }
  return undefined;
}

function judge(
  points: readonly Point[],
  spanMs: number,
  limitBytes: number,
  growthShare: number,
): Leak | undefined {
  if (points.length < LEAST_POINTS || kendallTau(points) < STEADY) return undefined;
  const slope = theilSenSlope(points);
  const later = points.slice(Math.floor(points.length / 2));
  if (slope <= 0 || theilSenSlope(later) < LASTING * slope) return undefined;
  const grownBytes = slope * spanMs;
  if (grownBytes < growthShare * limitBytes) return undefined;
  if (grownBytes - largestRises(points) < WITHOUT_STEPS * grownBytes) return undefined;
  const leftBytes = FULL_SHARE * limitBytes - (points.at(-1)?.bytes ?? 0);
  return { bytesPerSecond: slope * 1000, spanMs, grownBytes, leftMs: Math.max(0, leftBytes) / slope };
}

function largestRises(points: readonly Point[]): number {
  const rises = points.slice(1).map(({ bytes }, i) => bytes - (points[i]?.bytes ?? bytes));
  return rises
    .toSorted((a, b) => b - a)
    .slice(0, STEPS)
    .reduce((sum, rise) => sum + rise, 0);
}
