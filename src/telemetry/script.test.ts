import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMetrics } from './prometheus.ts';
import type { ScriptFigures } from './snapshot.ts';
import { EMPTY_METRICS } from '../../test/harness/empty-metrics.ts';

type Family = ScriptFigures['families'][number];

function family(type: Family['type'], name: string, ...samples: Family['samples']): Family {
  return { name, help: `Help of ${name}\n.`, type, samples };
}

function render(format: 'prometheus' | 'openmetrics', ...families: readonly Family[]): string {
  return renderMetrics({ ...EMPTY_METRICS, script: { families, leftOut: { timeout: 3 } } }, format);
}

test("the script's metrics come after Respite's own, with their names", () => {
  const text = render(
    'prometheus',
    family('counter', 'orders', ['orders{kind="a"}', 2]),
    family('gauge', 'temperature', ['temperature', -Infinity]),
  );
  assert.ok(
    text.endsWith(
      '# HELP orders Help of orders\\n.\n# TYPE orders counter\norders{kind="a"} 2\n# HELP temperature Help of temperature\\n.\n# TYPE temperature gauge\ntemperature -Inf\n',
    ),
  );
  assert.match(text, /^respite_script_metrics_left_out_total\{reason="timeout"\} 3$/m);
  assert.match(text, /^respite_script_metrics_refused 0$/m);
});

test('in OpenMetrics a counter ends with _total, and its family does not', () => {
  const text = render(
    'openmetrics',
    family('counter', 'orders', ['orders{kind="a"}', 2]),
    family('counter', 'sales_total', ['sales_total', 3]),
  );
  assert.match(text, /# TYPE orders counter\norders_total\{kind="a"\} 2\n/);
  assert.match(text, /# TYPE sales counter\nsales_total 3\n# EOF\n$/);
});

for (const name of [
  'respite_anything',
  'http_server_request_duration_seconds',
  'http_server_request_duration_seconds_count',
  'process_start_time_seconds',
  'orders_total',
]) {
  test(`a name that is taken or reserved is refused: ${name}`, () => {
    const text = render(
      'prometheus',
      family('counter', 'orders', ['orders', 1]),
      family('gauge', name, [name, 12_345]),
    );
    assert.doesNotMatch(text, /12345/);
    assert.match(text, /^orders 1$/m);
    assert.match(text, /^respite_script_metrics_refused 1$/m);
  });
}
