// What `respite drill` makes of the shipped rules is what Prometheus makes of them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { evaluate } from '../../src/load/drill/alerts/evaluate.ts';
import type { Expression } from '../../src/load/drill/alerts/expression.ts';
import { parseExpression } from '../../src/load/drill/alerts/parse.ts';
import { type Labels, nameless, SeriesStore } from '../../src/load/drill/alerts/series.ts';
import { SHIPPED_RULES } from '../../src/load/drill/alerts/shipped-rules.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { lacks } from '../harness/programs.ts';
import { below, printedRandom } from '../harness/seed.ts';

const run = promisify(execFile);

const MINUTE_MS = 60_000;

/** Minutes of samples. */
const LENGTH = 130;

/** Between two samples: versions of Prometheus differ in whether a sample at the very beginning of a range counts. */
const AT_MS: number = 125.5 * MINUTE_MS;

const ROUNDED = 1e6;

/** Labels that the rules look at, each with some values. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  http_response_status_code: ['200', '429', '500', '503'],
  decision: ['admitted', 'shed', 'would-shed'],
  reason: ['deadline', 'priority', 'budget', 'slow-peer'],
  criticality: ['critical', 'sheddable'],
  state: ['ready', 'starting'],
  cause: ['crash', 'rolling', 'disk-full'],
  signal: ['write-budget', 'cpu'],
  outcome: ['5xx', 'success'],
};

interface Given {
  readonly series: string;
  readonly values: string;
}

function selectorsIn(expression: Expression): Extract<Expression, { kind: 'selector' }>[] {
  if (expression.kind === 'selector') return [expression];
  if (expression.kind === 'number') return [];
  if (expression.kind === 'call') return expression.args.flatMap(selectorsIn);
  if (expression.kind === 'binary') return [expression.left, expression.right].flatMap(selectorsIn);
  return selectorsIn(expression.of);
}

function shown(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ')}}`;
}

test(
  'every expression has the value that Prometheus gives it, over random series',
  { skip: lacks('promtool') },
  async (t) => {
    const random = printedRandom(t);
    const store = new SeriesStore();
    const given: Given[] = [];
    const expressions = SHIPPED_RULES.flatMap(({ rules }) => rules.map(({ expr }) => expr));
    const names = new Map<string, Set<string>>();
    for (const { name, matchers } of expressions.flatMap((expr) => selectorsIn(parseExpression(expr)))) {
      const labels = names.get(name) ?? new Set();
      for (const { label } of matchers) labels.add(label);
      names.set(name, labels);
    }
    for (const [name, labels] of names) {
      for (let count = 0; count < 6; count += 1) {
        const own = Object.fromEntries([...labels].map((label) => [label, pick(VALUES[label] ?? ['x'])]));
        const all = { job: pick(['a', 'b']), instance: pick(['1', '2']), ...own };
        const key = `${name}${shown(all)}`;
        if (given.some(({ series }) => series === key)) continue;
        const isCounter = /_(?:total|count)$/.test(name);
        const values: string[] = [];
        let value = 0;
        for (let minute = 0; minute < LENGTH; minute += 1) {
          const step = below(random, 10);
          // A counter begins again when its process does.
          value = isCounter ? (random() < 0.02 ? step : value + step) : step / 4;
          const isMissing = random() < 0.05;
          values.push(isMissing ? '_' : String(value));
          if (!isMissing) store.append(name, all, { atMs: minute * MINUTE_MS, value });
        }
        given.push({ series: key, values: values.join(' ') });
      }
    }
    const expected = expressions.map((expr) => {
      const found = evaluate(parseExpression(expr), store, AT_MS);
      assert.ok(typeof found !== 'number', expr);
      return {
        expr: `round(${expr}, ${1 / ROUNDED})`,
        eval_time: `${AT_MS / 1000}s`,
        exp_samples: found.map(({ labels, value }) => ({
          labels: shown(nameless(labels)),
          value: Math.floor(value * ROUNDED + 0.5) / ROUNDED,
        })),
      };
    });
    const directory = temporaryDirectory();
    const file = path.join(directory, 'random.test.yaml');
    const tests = [{ interval: '1m', input_series: given, promql_expr_test: expected }];
    writeFileSync(file, stringify({ evaluation_interval: '1m', tests }));
    await run('promtool', ['test', 'rules', file]).catch(
      ({ stdout = '', stderr = '' }: { stdout?: string; stderr?: string }) =>
        assert.fail(`${stdout}${stderr}`),
    );
    assert.ok(expected.some(({ exp_samples: samples }) => samples.length > 0));

    function pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
      return choices[below(random, choices.length)] as T;
    }
  },
);
