// The shipped rules do what their own tests for promtool promise, when they are evaluated here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { evaluate } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import { Rules } from './rules.ts';
import { keyOf, type Labels, SeriesStore } from './series.ts';
import { SHIPPED_RULES } from './shipped-rules.ts';
import { durationMs } from './tokens.ts';

interface Promised {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: string }[];
}

interface PromtoolTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test?: readonly Promised[];
}

const FILE = path.resolve(import.meta.dirname, '../../../../deploy/prometheus/respite.rules.test.yaml');
// As text, since `0x60` is no number in base 16 here.
const { tests } = parse(readFileSync(FILE, 'utf8'), { schema: 'failsafe' }) as {
  tests: readonly PromtoolTest[];
};

/** As the file says. */
const EVALUATED_EVERY_MS = 60_000;

/** Used by one of the tests and by no rule. */
const NOT_UNDERSTOOD = /^round\(/;

for (const { name, interval, input_series: given, promql_expr_test: promised = [] } of tests) {
  test(name, () => {
    const store = new SeriesStore();
    for (const { series, values } of given) fill(store, series, values, durationMs(interval));
    const groups = SHIPPED_RULES.map(({ name: group, rules }) => ({
      name: group,
      intervalMs: EVALUATED_EVERY_MS,
      rules,
    }));
    const evaluated = new Rules(groups, store);
    let atMs = -EVALUATED_EVERY_MS;
    for (const { expr, eval_time: at, exp_samples: expected } of promised.toSorted(
      (a, b) => durationMs(a.eval_time) - durationMs(b.eval_time),
    )) {
      if (NOT_UNDERSTOOD.test(expr)) continue;
      evaluated.run(atMs, durationMs(at));
      atMs = durationMs(at);
      const found = evaluate(parseExpression(expr), store, atMs);
      assert.ok(typeof found !== 'number');
      const shown = found.map(({ labels, value }) => `${keyOf(labels)} ${value}`).toSorted();
      const wanted = expected.map(({ labels, value }) => `${keyOf(shownLabels(labels))} ${value}`);
      assert.deepEqual(shown, wanted.toSorted(), `${expr} at ${at}`);
    }
  });
}

/** `name{label="value"}`. */
function labelsOf(text: string): { readonly name: string; readonly labels: Labels } {
  const selector = parseExpression(text.startsWith('{') ? `nameless${text}` : text);
  assert.ok(selector.kind === 'selector');
  const labels = Object.fromEntries(selector.matchers.map(({ label, value }) => [label, value]));
  return { name: selector.name, labels };
}

function shownLabels(text: string): Labels {
  const { name, labels } = labelsOf(text);
  return text.startsWith('{') ? labels : { __name__: name, ...labels };
}

/** promtool's notation: `a+bxn` is a, and then n values that grow by b; `axn` is n + 1 times a; `_` is nothing. */
function fill(store: SeriesStore, series: string, values: string, intervalMs: number): void {
  const { name, labels } = labelsOf(series);
  let atMs = 0;
  const add = (value: number | undefined): void => {
    store.append(name, labels, { atMs, value });
    atMs += intervalMs;
  };
  for (const word of values.split(/\s+/)) {
    const [, start, step = '0', count = '0'] = /^(-?[\d.]+)([+-][\d.]+)?(?:x(\d+))?$/.exec(word) ?? [];
    if (word === 'stale') add(undefined);
    else if (start === undefined) atMs += intervalMs;
    else for (let i = 0; i <= Number(count); i += 1) add(Number(start) + i * Number(step));
  }
}
