// What a run is expected to show: `p99<=50ms`, `goodput>=0.99`, `GET /search p99<=200ms`.
import type { LatencyFigures, LoadCounts, LoadResult } from '../contract.ts';

type Figures = LoadCounts & { readonly latency: LatencyFigures };

interface Metric {
  /** `ms`, a share from 0 to 1, or requests per second. */
  readonly unit: 'ms' | 'share' | 'rate';
  /** Undefined when there is nothing that it could be of. */
  readonly of: (figures: Figures, seconds: number) => number | undefined;
}

const latency = (key: Exclude<keyof LatencyFigures, 'count'>): Metric => ({
  unit: 'ms',
  of: ({ latency: figures }) => (figures.count === 0 ? undefined : figures[key]),
});
const share = (key: Exclude<keyof LoadCounts, 'offered'>): Metric => ({
  unit: 'share',
  of: (counts) => (counts.offered === 0 ? undefined : counts[key] / counts.offered),
});

const METRICS: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ['mean', latency('meanMs')],
  ['p50', latency('p50Ms')],
  ['p90', latency('p90Ms')],
  ['p99', latency('p99Ms')],
  ['p999', latency('p999Ms')],
  ['max', latency('maxMs')],
  ['goodput', share('good')],
  ['late', share('late')],
  ['refused', share('refused')],
  ['failed', share('failed')],
  ['throughput', { unit: 'rate', of: ({ good }, seconds) => (seconds === 0 ? undefined : good / seconds) }],
]);

type Comparison = '<=' | '>=' | '<' | '>';

export interface Expectation {
  /** As it was written. */
  readonly text: string;
  /** A kind of the mix, `GET /path`; undefined for the whole run. */
  readonly kind: string | undefined;
  readonly metric: string;
  readonly comparison: Comparison;
  readonly bound: number;
}

export interface Verdict {
  readonly expectation: Expectation;
  readonly isMet: boolean;
  /** The figure, as people read it; why there is none, otherwise. */
  readonly found: string;
}

const SYNTAX = /^(?:(\S+ \/\S*) +)?([a-z0-9]+) *(<=|>=|<|>) *(\d+(?:\.\d+)?) *([a-zµ%/]*)$/;

/** By unit of the metric: the units that a bound can have, and what they multiply it with. */
const UNITS: Readonly<Record<Metric['unit'], ReadonlyMap<string, number>>> = {
  ms: new Map([
    ['us', 0.001],
    ['µs', 0.001],
    ['ms', 1],
    ['s', 1000],
  ]),
  share: new Map([
    ['', 1],
    ['%', 0.01],
  ]),
  rate: new Map([
    ['', 1],
    ['/s', 1],
  ]),
};

/** @returns Why it is none, as a text. */
export function parseExpectation(text: string): Expectation | string {
  const [, kind, name = '', comparison, digits, unit = ''] = SYNTAX.exec(text.trim()) ?? [];
  if (comparison === undefined) return `an expectation such as p99<=50ms or goodput>=0.99`;
  const metric = METRICS.get(name);
  if (metric === undefined) return `about one of ${[...METRICS.keys()].join(', ')}`;
  const units = UNITS[metric.unit];
  const factor = units.get(unit);
  if (factor === undefined) {
    const known = [...units.keys()].map((each) => (each === '' ? 'none' : each));
    return `with a unit of ${known.join(', ')} for ${name}`;
  }
  const bound = Number(digits) * factor;
  if (metric.unit === 'share' && bound > 1) return `with a share from 0 to 1, or from 0% to 100%`;
  return { text: text.trim(), kind, metric: name, comparison: comparison as Comparison, bound };
}

/** Whether a run shows what was expected of it. Without requests of the kind, or without anything served, no bound is met. */
export function judge(expectation: Expectation, result: LoadResult): Verdict {
  const { kind, metric: name, comparison, bound } = expectation;
  const figures = kind === undefined ? result : result.kinds[kind];
  const metric = METRICS.get(name);
  if (figures === undefined || metric === undefined)
    return { expectation, isMet: false, found: `no ${kind ?? name} in the mix` };
  const value = metric.of(figures, result.durationMs / 1000);
  if (value === undefined) {
    const found = metric.unit === 'ms' ? 'nothing was served' : 'nothing was sent';
    return { expectation, isMet: false, found };
  }
  return { expectation, isMet: compare(value, comparison, bound), found: shown(value, metric.unit) };
}

/**
 * Expectations that a run does not meet, each as a line that says what was measured; none when it meets them all. The run's own validity
 * is one of them.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { load, unmet } from 'respite/load';
 *
 * const result = await load({ url: 'http://127.0.0.1:3000/' });
 * assert.deepEqual(unmet(result, ['p99<=50ms', 'goodput>=0.99']), []);
 * ```
 */
export function unmet(result: LoadResult, expectations: readonly string[]): readonly string[] {
  const verdicts = expectations.map((text) => {
    const parsed = parseExpectation(text);
    if (typeof parsed === 'string') throw new TypeError(`${JSON.stringify(text)} must be ${parsed}`);
    return judge(parsed, result);
  });
  return [
    ...(result.invalidBecause === undefined ? [] : [`the run is not valid: ${result.invalidBecause}`]),
    ...verdicts
      .filter(({ isMet }) => !isMet)
      .map(({ expectation, found }) => `expected ${expectation.text}, found ${found}`),
  ];
}

function compare(value: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case '<=':
      return value <= bound;
    case '>=':
      return value >= bound;
    case '<':
      return value < bound;
    case '>':
      return value > bound;
    default:
      return comparison satisfies never;
  }
}

function shown(value: number, unit: Metric['unit']): string {
  if (unit === 'ms') return `${Number(value.toPrecision(3))} ms`;
  return unit === 'share' ? `${Number((100 * value).toFixed(2))} %` : `${Number(value.toFixed(1))}/s`;
}
