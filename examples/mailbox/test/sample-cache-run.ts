import type { CacheCurvePoint, CacheRun, CacheSide } from '../demo/cache/run-data.ts';

const SECONDS = 20;
const STOPPED = { fromMs: 8000, untilMs: 16_000 };

function side(name: string, isProtected: boolean): CacheSide {
  const curves = Array.from({ length: SECONDS }, (_, second): CacheCurvePoint => {
    const atMs = second * 1000;
    const isStopped = atMs >= STOPPED.fromMs && atMs < STOPPED.untilMs;
    return {
      atMs,
      p99Ms: isProtected ? 3 : 12,
      successPercent: isStopped && !isProtected ? 0 : 100,
      askedPerSecond: isProtected ? 20 : 100,
      hitPercent: isProtected ? 80 : 0,
    };
  });
  const good = { calls: 400, success: 1, p50Ms: 2, p99Ms: 12 };
  const stopped = isProtected ? good : { ...good, success: 0 };
  return {
    name,
    isProtected,
    figures: { 'warm-up': good, calm: good, stopped, after: good },
    askedPerPage: isProtected ? 0.2 : 1,
    curves,
  };
}

/** A made-up run, for tests of what is drawn of it. */
export function sampleCacheRun(): CacheRun {
  return {
    generatedAt: '2026-01-02T03:04:05.678Z',
    machine: 'a machine',
    callsPerSecond: 100,
    mailsPerSecond: 2,
    users: 20,
    phases: [
      { name: 'warm-up', fromMs: 0, untilMs: 3000 },
      { name: 'calm', fromMs: 3000, untilMs: STOPPED.fromMs },
      { name: 'stopped', ...STOPPED },
      { name: 'after', fromMs: STOPPED.untilMs, untilMs: SECONDS * 1000 },
    ],
    sides: [side('without it', false), side('with the cache', true)],
  };
}
