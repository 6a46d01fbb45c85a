import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText } from './exposition.ts';
import { counter, gauge, type Histogram } from './metric.ts';

const HISTOGRAM: Histogram = {
  name: 'h_seconds',
  help: 'Of "h".',
  type: 'histogram',
  bounds: [0.5, 1],
  series: [
    {
      labels: { route: '/a' },
      counts: [1, 0, 2],
      sum: 7.25,
      exemplars: [{ traceId: 'abc', value: 0.25, atMs: 1234.5 }, undefined, undefined],
    },
  ],
};

test('OpenMetrics: families without _total, exemplars, and an end', () => {
  const text = renderText(
    [counter('a_total', 'Help.', [[{ x: '1' }, 3]]), counter('b', 'Help.', [[{}, 1]]), HISTOGRAM],
    'openmetrics',
  );
  assert.equal(
    text,
    `# HELP a Help.
# TYPE a counter
a_total{x="1"} 3
# HELP b Help.
# TYPE b counter
b_total 1
# HELP h_seconds Of \\"h\\".
# TYPE h_seconds histogram
h_seconds_bucket{route="/a",le="0.5"} 1 # {trace_id="abc"} 0.25 1.234
h_seconds_bucket{route="/a",le="1.0"} 1
h_seconds_bucket{route="/a",le="+Inf"} 3
h_seconds_sum{route="/a"} 7.25
h_seconds_count{route="/a"} 3
# EOF
`,
  );
});

test('Prometheus text: names as they are, no exemplars, no end', () => {
  const text = renderText([counter('a_total', 'Help.', [[{}, 3]]), HISTOGRAM], 'prometheus');
  assert.match(
    text,
    /^# HELP a_total Help\.\n# TYPE a_total counter\na_total 3\n# HELP h_seconds Of "h"\.\n/,
  );
  assert.doesNotMatch(text, /trace_id|EOF/);
});

test('numbers that are none, and labels that are more than words', () => {
  const readings = [Number.NaN, Infinity, -Infinity, 1e21, 0.1].map((value, i) => [{ i }, value] as const);
  assert.match(
    renderText([gauge('g', 'Help.', readings)], 'openmetrics'),
    /g\{i="0"\} NaN\ng\{i="1"\} \+Inf\ng\{i="2"\} -Inf\ng\{i="3"\} 1e\+21\ng\{i="4"\} 0\.1\n/,
  );
  assert.match(
    renderText([gauge('g', 'a\\b\nc', [[{ x: 'a\\b\n"c"' }, 1]])], 'prometheus'),
    /# HELP g a\\\\b\\nc\n# TYPE g gauge\ng\{x="a\\\\b\\n\\"c\\""\} 1\n/,
  );
});

test('an exemplar that is longer than a scraper may be sent is left out', () => {
  const exemplars = [{ traceId: 'x'.repeat(200), value: 1, atMs: 1 }];
  const series = HISTOGRAM.series.map((one) => ({ ...one, exemplars }));
  const text = renderText([{ ...HISTOGRAM, series }], 'openmetrics');
  assert.doesNotMatch(text, /trace_id/);
});
