// Evaluates expressions of alert rules at one moment, as Prometheus would.
import type { BinaryOp, Expression } from './expression.ts';
import { RANGE_FUNCTIONS } from './functions.ts';
import {
  keyOf,
  type Labels,
  labelsOf,
  nameless,
  only,
  samplesIn,
  type Series,
  type SeriesStore,
  valueAt,
} from './series.ts';

export interface Element {
  readonly labels: Labels;
  readonly value: number;
}

/** A number, or values by labels. */
export type Result = number | readonly Element[];

type Filtering = '==' | '!=' | '>' | '<' | '>=' | '<=';

const COMPARE: Readonly<Record<Filtering, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

const COMPUTE: Readonly<Record<'+' | '-' | '*' | '/' | '%' | '^', (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
};

/** Throws a `SyntaxError` for what the shipped rules do not use. */
export function evaluate(expression: Expression, store: SeriesStore, atMs: number): Result {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'selector':
      return store.select(expression.name, expression.matchers).flatMap((series) => {
        const value = valueAt(series, atMs);
        return value === undefined ? [] : [{ labels: labelsOf(expression.name, series), value }];
      });
    case 'call':
      return call(expression.name, expression.args, store, atMs);
    case 'aggregate':
      return aggregate(expression, vector(evaluate(expression.of, store, atMs)));
    case 'binary':
      return combine(
        expression,
        evaluate(expression.left, store, atMs),
        evaluate(expression.right, store, atMs),
      );
    default:
      throw new SyntaxError('a range is only understood as an argument of a function');
  }
}

function call(name: string, args: readonly Expression[], store: SeriesStore, atMs: number): Result {
  const [first, second] = args;
  const overRange = RANGE_FUNCTIONS[name];
  if (first === undefined) throw new SyntaxError(`${name} needs an argument`);
  if (overRange !== undefined) {
    const { series, rangeMs } = seriesOf(first, store, atMs);
    return series.flatMap((each) => {
      const value = overRange(samplesIn(each, atMs - rangeMs, atMs), atMs - rangeMs, atMs);
      return value === undefined ? [] : [{ labels: each.labels, value }];
    });
  }
  const value = evaluate(first, store, atMs);
  switch (name) {
    case 'vector':
      return typeof value === 'number' ? [{ labels: {}, value }] : value;
    case 'scalar':
      return typeof value === 'number'
        ? value
        : value.length === 1
          ? (value[0]?.value ?? Number.NaN)
          : Number.NaN;
    case 'clamp_min': {
      const least = second === undefined ? Number.NaN : evaluate(second, store, atMs);
      if (typeof least !== 'number') throw new SyntaxError('clamp_min needs a number');
      return vector(value).map((each) => ({
        labels: nameless(each.labels),
        value: Math.max(each.value, least),
      }));
    }
    default:
      throw new SyntaxError(`the function ${name} is not understood`);
  }
}

/** The samples of a range. Steps of a subquery are at whole multiples of the step, as in Prometheus. */
function seriesOf(
  range: Expression,
  store: SeriesStore,
  atMs: number,
): { readonly series: readonly Series[]; readonly rangeMs: number } {
  if (range.kind === 'selector' && range.rangeMs !== undefined)
    return { series: store.select(range.name, range.matchers), rangeMs: range.rangeMs };
  if (range.kind !== 'subquery') throw new SyntaxError('a function over time needs a range');
  const { of, rangeMs, stepMs } = range;
  const found = new Map<string, Series>();
  for (let ms = Math.floor((atMs - rangeMs) / stepMs + 1) * stepMs; ms <= atMs; ms += stepMs) {
    for (const { labels, value } of vector(evaluate(of, store, ms))) {
      const own = nameless(labels);
      const key = keyOf(own);
      const series = found.get(key) ?? { labels: own, samples: [] };
      series.samples.push({ atMs: ms, value });
      found.set(key, series);
    }
  }
  return { series: [...found.values()], rangeMs };
}

function aggregate(
  { op, by }: Extract<Expression, { kind: 'aggregate' }>,
  elements: readonly Element[],
): readonly Element[] {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of elements) {
    const own = only(labels, by);
    const key = keyOf(own);
    const group = groups.get(key) ?? { labels: own, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, values }) => {
    const total = values.reduce((sum, value) => sum + value, 0);
    const value = { sum: total, avg: total / values.length, count: values.length };
    if (op === 'min') return { labels, value: Math.min(...values) };
    return { labels, value: op === 'max' ? Math.max(...values) : value[op] };
  });
}

function combine({ op, on }: Extract<Expression, { kind: 'binary' }>, left: Result, right: Result): Result {
  if (typeof left === 'number' && typeof right === 'number') return onNumbers(op, left, right);
  if (op === 'and' || op === 'or' || op === 'unless') return onSets(op, on, vector(left), vector(right));
  if (typeof right === 'number')
    return vector(left).flatMap((each) => onElement(op, each, each.value, right, each.value));
  if (typeof left === 'number')
    return right.flatMap((each) => onElement(op, each, left, each.value, each.value));
  const others = new Map(right.map((each) => [matchKey(each.labels, on), each]));
  return left.flatMap((each) => {
    const other = others.get(matchKey(each.labels, on));
    if (other === undefined) return [];
    const kept = { ...each, labels: on === undefined || isFilter(op) ? each.labels : only(each.labels, on) };
    return onElement(op, kept, each.value, other.value, each.value);
  });
}

function onElement(op: BinaryOp, { labels }: Element, a: number, b: number, kept: number): Element[] {
  if (isFilter(op)) return COMPARE[op](a, b) ? [{ labels, value: kept }] : [];
  return [{ labels: nameless(labels), value: onNumbers(op, a, b) }];
}

function onNumbers(op: BinaryOp, a: number, b: number): number {
  if (isFilter(op)) return COMPARE[op](a, b) ? 1 : 0;
  if (op === 'and' || op === 'or' || op === 'unless') throw new SyntaxError(`${op} needs vectors`);
  return COMPUTE[op](a, b);
}

function onSets(
  op: 'and' | 'or' | 'unless',
  on: readonly string[] | undefined,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const keys = (elements: readonly Element[]): Set<string> =>
    new Set(elements.map(({ labels }) => matchKey(labels, on)));
  if (op === 'or') {
    const own = keys(left);
    return [...left, ...right.filter(({ labels }) => !own.has(matchKey(labels, on)))];
  }
  const others = keys(right);
  return left.filter(({ labels }) => others.has(matchKey(labels, on)) === (op === 'and'));
}

function isFilter(op: BinaryOp): op is Filtering {
  return op in COMPARE;
}

function vector(result: Result): readonly Element[] {
  if (typeof result === 'number') throw new SyntaxError('a number stands where values by labels are needed');
  return result;
}

function matchKey(labels: Labels, on: readonly string[] | undefined): string {
  return keyOf(on === undefined ? nameless(labels) : only(labels, on));
}
