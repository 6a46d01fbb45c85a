// Whether memory grows, judged against the level that it had when everything was loaded. A slope does not tell: memory goes up and down,
// and some slope is steep by chance.

export interface LevelRules {
  /** Who has just begun to serve fills its caches: until then nothing is known, in ms. */
  readonly warmUpMs: number;
  /** Without growth for this time after the warm-up, memory is steady, in ms. */
  readonly steadyMs: number;
}

/** The level is the most that was in use in this time after the warm-up, in ms. */
const LEVEL_MS = 2000;
/** Memory grows when two readings in a row leave this share more of what the level has left free. */
const GROWN_SHARE = 0.25;

export interface Level {
  readonly sinceMs: number;
  /** Undefined until the warm-up is over. */
  readonly bytes: number | undefined;
  /** What was in use at the last two readings, oldest first. */
  readonly last: readonly number[];
}

export type Growth = 'grows' | 'steady' | 'unknown';

export function beginLevel(nowMs: number): Level {
  return { sinceMs: nowMs, bytes: undefined, last: [] };
}

/** One more reading. */
export function followLevel(
  before: Level,
  usedBytes: number,
  nowMs: number,
  { warmUpMs }: LevelRules,
): Level {
  const { sinceMs, bytes } = before;
  const servedMs = nowMs - sinceMs;
  const isForming = servedMs >= warmUpMs && (bytes === undefined || servedMs < warmUpMs + LEVEL_MS);
  return {
    sinceMs,
    bytes: isForming ? Math.max(bytes ?? 0, usedBytes) : bytes,
    last: [...before.last.slice(-1), usedBytes],
  };
}

export function growthOf(
  { sinceMs, bytes, last }: Level,
  limitBytes: number,
  nowMs: number,
  { warmUpMs, steadyMs }: LevelRules,
): Growth {
  const servedMs = nowMs - sinceMs;
  if (bytes !== undefined && servedMs >= warmUpMs + LEVEL_MS) {
    const grownBytes = bytes + GROWN_SHARE * Math.max(0, limitBytes - bytes);
    if (last.length === 2 && last.every((used) => used > grownBytes)) return 'grows';
  }
  return servedMs < warmUpMs + steadyMs ? 'unknown' : 'steady';
}
