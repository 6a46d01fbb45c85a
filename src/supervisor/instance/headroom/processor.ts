// What a worker could complete if its event loop, or the machine's cores, were busy all the time.
import type { Range } from './range.ts';
import { type Belief, deviationOf, dot, regress } from './regression.ts';
import { mainRoutes, mean, ratesOf, sum, type Window } from './window.ts';

/**
 * Share of the time in which the event loop of a worker without requests is busy: sampling, timers, connections that are kept alive. An
 * idle hello world is at 0.003, and one with many timers at several hundredths.
 */
const IDLE: Belief = { mean: 0.01, deviation: 0.02 };

/** How much routes may differ in cost: where their shares never change, each is believed to cost the mean. */
const COST_DEVIATION = 0.75;

/** Noise of a window's share of time, at least: the time of a few requests at its edges. */
const MIN_NOISE = 0.005;

/** Standard deviations to either side: nine in ten. */
const DEVIATIONS = 1.64;

/** What a request costs is not the same at every load: batches are cheaper, a full heap is more expensive. As a share of the result. */
const MODEL_ERROR = 0.05;

/**
 * Extrapolates from the time that requests take to the rate at which they take all of it, at the present mix of routes.
 *
 * @param timeOf Seconds of processing in a second.
 * @param available Seconds of processing that there are in a second.
 */
export function processorCapacity(
  windows: readonly Window[],
  recent: readonly Window[],
  timeOf: (window: Window) => number,
  available: number,
): Range {
  const names = mainRoutes(windows);
  const rows = windows.map((window) => [1, ...ratesOf(window, names)]);
  const values = windows.map(timeOf);
  const perRequest = Math.max(0, mean(values) - IDLE.mean) / mean(windows.map(({ rps }) => rps));
  const cost: Belief = { mean: perRequest, deviation: COST_DEVIATION * perRequest + Number.EPSILON };
  const fit = regress(rows, values, [IDLE, ...names.map(() => cost)], MIN_NOISE);
  const idle = Math.max(0, fit.coefficients[0] ?? 0);
  const now = names.map((_, i) => mean(recent.map((window) => ratesOf(window, names)[i] ?? 0)));
  const mix = now.map((rps) => rps / sum(now));
  const each = dot(mix, fit.coefficients.slice(1));
  if (!(each > 0)) return { low: 0, value: Number.NaN, high: Infinity };
  const value = (available - idle) / each;
  // Of the logarithm: value = (available - idle) / each.
  const relative = deviationOf(fit, [1 / (available - idle), ...mix.map((share) => share / each)]);
  const error = Math.hypot(DEVIATIONS * relative, MODEL_ERROR);
  return { low: value / (1 + error), value, high: value * (1 + error) };
}
