// Metrics as text: Prometheus' format 0.0.4, and OpenMetrics 1.0.0, which differs in the names of counters' families, in exemplars
// and in its end. Ours, because it runs in the supervisor, which must never stand still: 200 routes take prom-client 80 ms.
import type { Exemplar, Histogram, HistogramSeries, Metric, MetricLabels } from './metric.ts';
import { renderScript } from './script.ts';
import type { ScriptFigures } from './snapshot.ts';

export type Format = 'prometheus' | 'openmetrics';

/** OpenMetrics, "Exemplars": names and values of an exemplar's labels have at most this many characters. */
const LONGEST_EXEMPLAR = 128;

const TOTAL = '_total';

/** @param script The script's own metrics, which come last. */
export function renderText(
  metrics: readonly (Metric | Histogram)[],
  format: Format,
  script: ScriptFigures['families'] = [],
): string {
  let text = '';
  for (const metric of metrics) {
    text += headOf(metric, format);
    text += metric.type === 'histogram' ? histogram(metric, format) : values(metric, format);
  }
  text += renderScript(script, format, { head: headOf, number });
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function headOf(
  { name, help, type }: { readonly name: string; readonly help: string; readonly type: string },
  format: Format,
): string {
  const family = type === 'counter' && format === 'openmetrics' ? withoutTotal(name) : name;
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  const told = format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
  return `# HELP ${family} ${told}\n# TYPE ${family} ${type}\n`;
}

function values({ name, type, values: all }: Metric, format: Format): string {
  // Of a counter OpenMetrics knows no other name.
  const shown = type === 'counter' && format === 'openmetrics' ? `${withoutTotal(name)}${TOTAL}` : name;
  let text = '';
  for (const { labels, value } of all) {
    const pairs = pairsOf(labels);
    text += `${shown}${pairs === '' ? '' : `{${pairs}}`} ${number(value)}\n`;
  }
  return text;
}

function histogram({ name, bounds, series }: Histogram, format: Format): string {
  const ends = [...bounds.map((bound) => `le="${bucketBound(bound)}"} `), 'le="+Inf"} '];
  let text = '';
  for (const one of series) text += histogramSeries(name, ends, one, format === 'openmetrics');
  return text;
}

function histogramSeries(
  name: string,
  ends: readonly string[],
  { labels, counts, sum, exemplars }: HistogramSeries,
  showsExemplars: boolean,
): string {
  const pairs = pairsOf(labels);
  const start = `${name}_bucket{${pairs}${pairs === '' ? '' : ','}`;
  let text = '';
  let total = 0;
  for (let i = 0; i < ends.length; i += 1) {
    total += counts[i] ?? 0;
    text += start + ends[i] + total;
    const exemplar = showsExemplars ? exemplars?.[i] : undefined;
    text += exemplar === undefined ? '\n' : `${exemplarOf(exemplar)}\n`;
  }
  const braced = pairs === '' ? '' : `{${pairs}}`;
  return `${text}${name}_sum${braced} ${number(sum)}\n${name}_count${braced} ${total}\n`;
}

function exemplarOf({ traceId, value, atMs }: Exemplar): string {
  const labels = `trace_id="${escape(traceId)}"`;
  return labels.length > LONGEST_EXEMPLAR
    ? ''
    : ` # {${labels}} ${number(value)} ${(atMs / 1000).toFixed(3)}`;
}

function pairsOf(labels: MetricLabels): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${name}="${typeof value === 'number' ? value : escape(value)}"`;
  }
  return text;
}

function escape(value: string): string {
  return /["\\\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}

/** OpenMetrics, "Canonical numbers", which Prometheus 3 makes of other ways to write them: one series for every scraper. */
function bucketBound(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function withoutTotal(name: string): string {
  return name.endsWith(TOTAL) ? name.slice(0, -TOTAL.length) : name;
}
