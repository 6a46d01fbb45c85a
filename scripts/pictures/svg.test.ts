import assert from 'node:assert/strict';
import { test } from 'node:test';
import { page } from '../../src/core/html.ts';
import { overSeconds } from '../../src/load/report/chart.ts';
import { chartOf, terminalOf } from './svg.ts';

const CHART = overSeconds({
  title: 'Requests per second & more',
  show: String,
  layers: [
    { name: 'good', color: 'good', values: [1, 2] },
    { name: 'late', color: 'late', values: [0, 1] },
  ],
  isStacked: true,
});
const REPORT = page({ title: 'Load', style: '.good { color: green; }', body: CHART });

test('a chart of a report is a file of its own, with its style, caption and key', () => {
  const svg = chartOf(REPORT, 'Requests');
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
  assert.match(svg, /\.good \{ color: green; \}/);
  assert.match(svg, /<text class="caption"[^>]*>Requests per second &amp; more<\/text>/);
  assert.match(
    svg,
    /<text class="name good"[^>]*>■ good<\/text>\s*<text class="name late"[^>]*>■ late<\/text>/,
  );
  assert.equal(svg.match(/<path class="area/g)?.length, 2);
  assert.deepEqual(
    [...svg.matchAll(/<text x[^>]*text-anchor="end">([^<]*)</g)].map(([, text]) => text),
    ['0', '1.5', '3'],
  );
  assert.match(svg, /text-anchor="middle">[\d.]+ s</);
});

test('a report without the chart is an error, not an empty picture', () => {
  assert.throws(() => chartOf(REPORT, 'Latency'), /the report has no chart 'Latency'/);
});

test('a terminal shows every line as it is', () => {
  const svg = terminalOf('respite load', 'a  <b>\n\nlast\n');
  assert.deepEqual(
    [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text),
    ['$ respite load', '', 'a  &lt;b&gt;', '', 'last'],
  );
});
