// What a worker could complete if what its requests wait for, a connection pool or a slow dependency, were in use all the time.
import { ANYTHING, type Range } from './range.ts';
import { mainRoutes, mean, sum, type Window } from './window.ts';

/** Candidates for the capacity: from just above what was seen to many times that, each 3 % above the one before. */
const FIRST = 1.03;
const STEP = 1.03;
const LAST = 8;

/** The variance ratio (F) up to which a candidate explains the latencies as well as the best one: nine in ten with many windows. */
const MAX_RATIO = 2.7;

/**
 * The same for "latency does not grow at all", which has to be refuted: growth that is luck would be a capacity that does not exist. One in
 * a thousand.
 */
const MIN_RATIO_AGAINST_NONE = 11;

/** The formula is an approximation, and arrivals are not random in its way. As a share of the result. */
const MODEL_ERROR = 0.1;

/**
 * Squared coefficient of variation of service times, between those that are all equal and random ones. Being wrong about it moves the
 * result by 6 %, in the simulation of test/simulator/headroom.test.ts.
 */
const VARIABILITY = 0.35;

/** Routes that take longer, in seconds, are streams and long polls: they wait for something that happens, not for their turn. */
const MAX_LATENCY_SECONDS = 5;

/** Rounds in which service time and number of slots are found from each other. */
const ROUNDS = 3;

interface Point {
  readonly rps: number;
  readonly latencySeconds: number;
  readonly weight: number;
}

/**
 * Finds the capacity at which latency would go to infinity, from how it grows with the load: c slots that each serve one request at a
 * time (M/G/c; Sakasegawa's approximation). Without any growth only a lower bound is known.
 */
export function poolCapacity(windows: readonly Window[]): Range {
  const points = pointsOf(windows);
  const most = Math.max(...points.map(({ rps }) => rps));
  const degrees = points.length - 2;
  if (degrees < 3 || !(most > 0)) return ANYTHING;
  const candidates: { capacity: number; squares: number }[] = [];
  for (let factor = FIRST; factor < LAST; factor *= STEP) {
    const capacity = most * factor;
    candidates.push({ capacity, squares: squaresAt(points, capacity) });
  }
  // Without waiting at any load.
  const unbounded = squaresAt(points, Infinity);
  const least = Math.min(unbounded, ...candidates.map(({ squares }) => squares));
  const limit = least * (1 + MAX_RATIO / degrees);
  const good = candidates.filter(({ squares }) => squares <= limit);
  const low = good[0]?.capacity ?? most * LAST;
  if (unbounded <= least * (1 + MIN_RATIO_AGAINST_NONE / degrees)) {
    return { low: low * (1 - MODEL_ERROR), value: Number.NaN, high: Infinity };
  }
  const best = candidates.reduce((a, b) => (b.squares < a.squares ? b : a));
  const high = good.at(-1)?.capacity ?? best.capacity;
  return { low: low * (1 - MODEL_ERROR), value: best.capacity, high: high * (1 + MODEL_ERROR) };
}

/** The windows' rates and latencies, as if every window had had the same mix of routes, and without what the event loop adds. */
function pointsOf(windows: readonly Window[]): Point[] {
  const names = mainRoutes(windows).filter((name) => name !== '');
  const usual = new Map(
    names.map((name) => {
      const rates = windows.map(({ routes }) => routes.get(name)?.rps ?? 0);
      const times = windows.map(({ routes }, i) => (routes.get(name)?.latencySeconds ?? 0) * (rates[i] ?? 0));
      return [
        name,
        { share: sum(rates) / sum(windows.map(({ rps }) => rps)), seconds: sum(times) / sum(rates) || 0 },
      ];
    }),
  );
  return windows
    .filter(({ rps }) => rps > 0)
    .map((window) => {
      const { routes, rps, busy, seconds, workers } = window;
      const latency = latencyOf(window);
      let mix = 0;
      for (const [name, { share, seconds: usually }] of usual) {
        mix += ((routes.get(name)?.rps ?? 0) / rps - share) * usually;
      }
      return {
        rps,
        latencySeconds: latency - mix - loopWait(window),
        weight: rps * seconds * workers * (1 - busy),
      };
    });
}

/** The mean over the requests of a window; streams and long polls left out. */
function latencyOf({ routes }: Window): number {
  const all = [...routes.values()].filter(({ latencySeconds }) => latencySeconds <= MAX_LATENCY_SECONDS);
  return (
    sum(all.map(({ rps, latencySeconds }) => rps * latencySeconds)) / (sum(all.map(({ rps }) => rps)) || 1)
  );
}

/** What a request waits for the event loop: each part of its work queues for it (M/M/1). */
function loopWait({ busy, rps }: Window): number {
  return ((busy / rps) * busy) / Math.max(0.05, 1 - busy);
}

/** How badly a capacity explains the latencies: weighted squares of what is left. */
function squaresAt(points: readonly Point[], capacity: number): number {
  let service = Math.min(...points.map(({ latencySeconds }) => latencySeconds));
  let squares = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const waits = points.map(({ rps }) => waitOver(rps / capacity, capacity * service));
    // latency = service * (1 + wait): the service time of least squares.
    const up = sum(
      points.map(({ latencySeconds, weight }, i) => weight * latencySeconds * (1 + (waits[i] ?? 0))),
    );
    const down = sum(points.map(({ weight }, i) => weight * (1 + (waits[i] ?? 0)) ** 2));
    service = up / down;
    squares = sum(
      points.map(
        ({ latencySeconds, weight }, i) => weight * (latencySeconds - service * (1 + (waits[i] ?? 0))) ** 2,
      ),
    );
  }
  return squares;
}

/** The mean wait as a multiple of the service time, of a queue before `slots` slots that are in use to `load`. */
function waitOver(load: number, slots: number): number {
  if (!Number.isFinite(slots) || load <= 0) return 0;
  const c = Math.max(1, slots);
  return (((1 + VARIABILITY) / 2) * load ** (Math.sqrt(2 * (c + 1)) - 1)) / (c * (1 - load));
}

/** The mean of what requests wait for outside of the event loop, as a share of what they take. */
export function waitingShare(windows: readonly Window[]): number {
  const latency = mean(windows.map(latencyOf));
  const computing = mean(windows.map((window) => window.busy / window.rps + loopWait(window)));
  return Math.max(0, 1 - computing / latency);
}
