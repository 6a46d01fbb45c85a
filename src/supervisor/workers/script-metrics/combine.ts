import type { ScriptSample } from './script-totals.ts';

type Aggregate = (values: readonly number[]) => number;

const sum: Aggregate = (values) => values.reduce((total, value) => total + value, 0);

/** What prom-client's `aggregator` may be, besides `omit`. */
const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  sum,
  first: ([value = Number.NaN]) => value,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  average: (values) => sum(values) / values.length,
};

/**
 * Makes one value of each series out of those of several workers.
 *
 * @param aggregator Nothing is shown for `omit`, and for one that prom-client does not have.
 * @param workers In the order of their slots.
 */
export function combine(
  aggregator: string,
  workers: readonly ReadonlyMap<string, number>[],
): readonly ScriptSample[] {
  const aggregate = Object.hasOwn(AGGREGATES, aggregator) ? AGGREGATES[aggregator] : undefined;
  if (aggregate === undefined) return [];
  const bySeries = new Map<string, number[]>();
  for (const values of workers) {
    for (const [series, value] of values) {
      const all = bySeries.get(series);
      if (all === undefined) bySeries.set(series, [value]);
      else all.push(value);
    }
  }
  return [...bySeries].map(([series, values]) => [series, aggregate(values)]);
}
