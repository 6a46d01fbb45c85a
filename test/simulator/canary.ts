// Two versions of a server under the same traffic, one of them just started: what canary.test.ts measures the judge on.
import { exponential, normal } from './random.ts';
import { Judge, type Moment, type Verdict } from '../../src/supervisor/detect/canary/judge.ts';
import type { HeapReading, Reading } from '../../src/supervisor/detect/canary/reading.ts';
import type { RouteCounts } from '../../src/supervisor/workers/counters/route-counts.ts';

const MB = 1024 * 1024;

/** What happens to both, as real servers know it. */
export interface Noise {
  /** Of log-normal latencies. */
  readonly sigma: number;
  /** Seconds in which a dependency is slow, for both at once: how often, and how many times as slow. */
  readonly slowDependency: number;
  /** Collections and the like, in one worker at a time: how often, and how many times as slow everything in that second is. */
  readonly pauses: number;
  /** Seconds in which a fifth of the requests of one worker fail, such as when its connections are lost. */
  readonly bursts: number;
  /** Requests that fail in either version. */
  readonly failedShare: number;
  /** Share of the connections that the new worker gets. */
  readonly share: number;
  /** How many times as slow and as expensive a cold process is at first; halves every second. */
  readonly cold: number;
  /** Garbage that grows old, in MB for each second. */
  readonly garbageMb: number;
  /** What caches of a new process fill up to. */
  readonly cacheMb: number;
}

export const CALM: Noise = {
  sigma: 0.6,
  slowDependency: 0,
  pauses: 0,
  bursts: 0,
  failedShare: 0,
  share: 0.5,
  cold: 2,
  garbageMb: 1,
  cacheMb: 10,
};

/** What is wrong with the new version. */
export interface Fault {
  readonly failedShare?: number;
  readonly slower?: number;
  /** Of processor time. */
  readonly dearer?: number;
  readonly leakMb?: number;
}

interface Worker {
  readonly isNew: boolean;
  readonly routes: Map<string, { -readonly [Key in keyof RouteCounts]: RouteCounts[Key] }>;
  cpuSeconds: number;
  loopDelayMs: number;
  liveMb: number;
  garbageMb: number;
  collections: number;
  limitMb: number;
  liveAfterMb: number;
}

/** Typical duration and processor time of a request, in seconds. */
const ROUTES = [
  { name: 'GET /list', share: 0.7, seconds: 0.02, cpuSeconds: 0.001 },
  { name: 'GET /detail', share: 0.25, seconds: 0.004, cpuSeconds: 0.0005 },
  { name: 'POST /report', share: 0.05, seconds: 0.2, cpuSeconds: 0.01 },
] as const;

/** @returns What was found, and in which second; undefined if nothing was. */
export function trial(
  random: () => number,
  perSecond: number,
  noise: Noise,
  fault: Fault = {},
  seconds: number = 20,
): { readonly second: number; readonly verdict: Extract<Verdict, { kind: 'worse' }> } | undefined {
  const fresh = worker(true);
  const old = worker(false);
  for (let second = -5; second < 0; second += 1) live(old, second, perSecond, noise, {}, 1, random);
  const judge = new Judge(momentOf(0, fresh, old));
  for (let second = 0; second < seconds; second += 1) {
    const dependency = random() < noise.slowDependency ? 5 : 1;
    const share = Math.min(0.95, Math.max(0.05, noise.share + 0.1 * normal(random)));
    live(fresh, second, perSecond * share, noise, fault, dependency, random);
    live(old, second, perSecond * (1 - share), noise, {}, dependency, random);
    const verdict = judge.add(momentOf((second + 1) * 1000, fresh, old));
    if (judge.wantsCollection) collect(fresh, random);
    if (verdict.kind === 'worse') return { second: second + 1, verdict };
  }
  return undefined;
}

function worker(isNew: boolean): Worker {
  const liveMb = isNew ? 15 : 40;
  const rest = { cpuSeconds: 0, loopDelayMs: 0, garbageMb: 0, collections: 1, liveAfterMb: liveMb };
  return { isNew, routes: new Map(), ...rest, liveMb, limitMb: isNew ? 24 : 60 };
}

function live(
  who: Worker,
  second: number,
  rate: number,
  noise: Noise,
  fault: Fault,
  dependency: number,
  random: () => number,
): void {
  const cold = who.isNew ? 1 + noise.cold * 2 ** -second : 1;
  const pause = random() < noise.pauses ? 1 + 5 * random() : 1;
  const burst = random() < noise.bursts ? 0.2 : 0;
  const failedShare = noise.failedShare + burst + (fault.failedShare ?? 0);
  for (const { name, share, seconds, cpuSeconds } of ROUTES) {
    const counts = who.routes.get(name) ?? { answered: 0, failed: 0, logSeconds: 0 };
    who.routes.set(name, counts);
    const answered = poisson(random, rate * share);
    if (answered === 0) continue;
    counts.answered += answered;
    counts.failed += binomial(random, answered, failedShare);
    const typical = Math.log(seconds * cold * pause * dependency * (fault.slower ?? 1));
    counts.logSeconds += answered * typical + noise.sigma * Math.sqrt(answered) * normal(random);
    who.cpuSeconds += answered * cpuSeconds * cold * (fault.dearer ?? 1) * (1 + 0.1 * normal(random));
  }
  // Timers, the watchdog, collections.
  who.cpuSeconds += 0.01 + 0.01 * random();
  who.loopDelayMs = 2 + (pause - 1) * 20 + 3 * random();
  if (who.isNew) who.liveMb += noise.cacheMb * (2 ** -(second / 2) - 2 ** -((second + 1) / 2));
  who.liveMb += fault.leakMb ?? 0;
  who.garbageMb += noise.garbageMb * 2 * random();
  if (who.liveMb + who.garbageMb > who.limitMb) collect(who, random);
}

function collect(who: Worker, random: () => number): void {
  who.garbageMb = 0;
  who.collections += 1;
  who.liveAfterMb = who.liveMb;
  who.limitMb = 1.3 * who.liveMb + 4 * random();
}

function momentOf(nowMs: number, fresh: Worker, old: Worker): Moment {
  return { nowMs, fresh: readingOf(fresh), old: new Map([[1, readingOf(old)]]) };
}

function readingOf(who: Worker): Reading {
  const heap: HeapReading = {
    majorCollections: who.collections,
    liveBytes: who.liveAfterMb * MB,
    usedBytes: (who.liveMb + who.garbageMb) * MB,
  };
  const routes = new Map([...who.routes].map(([name, counts]) => [name, { ...counts }]));
  return { routes, cpuSeconds: who.cpuSeconds, loopDelayMs: who.loopDelayMs, heap };
}

/** Of larger means a normal number is near enough. */
function poisson(random: () => number, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let count = 0;
  for (let at = exponential(random, 1); at < mean; at += exponential(random, 1)) count += 1;
  return count;
}

function binomial(random: () => number, trials: number, share: number): number {
  if (share === 0) return 0;
  if (trials * share > 50) return Math.min(trials, poisson(random, trials * share));
  let count = 0;
  for (let i = 0; i < trials; i += 1) if (random() < share) count += 1;
  return count;
}
