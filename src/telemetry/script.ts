// Metrics of the user's script beside our own.
import type { Format } from './exposition.ts';
import { counter, gauge, type Histogram, type Metric } from './metric.ts';
import type { ScriptFigures } from './snapshot.ts';

type Family = ScriptFigures['families'][number];

const SUFFIXES = {
  gauge: [],
  summary: ['_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
} as const;

/** How much of the script's metrics is missing here. */
export function scriptMetrics(script: ScriptFigures | undefined, refused: number): Metric[] {
  return [
    counter(
      'respite_script_metrics_left_out_total',
      "Workers, or metrics of them, that were left out when the script's own metrics were gathered, by reason.",
      Object.entries(script?.leftOut ?? {}).map(([reason, count]) => [{ reason }, count]),
    ),
    gauge(
      'respite_script_metrics_refused',
      "Metrics of the script that are not shown, because Respite's own or others of the script have their names.",
      script === undefined ? [] : [[{}, refused]],
    ),
  ];
}

/** Those whose names are neither taken nor reserved: a name that comes twice makes a scraper reject everything. */
export function acceptable(
  families: readonly Family[],
  own: readonly (Metric | Histogram)[],
): readonly Family[] {
  const taken = new Set(own.flatMap(namesOf));
  return families.filter((family) => {
    const names = namesOf(family);
    if (family.name.startsWith('respite_') || names.some((each) => taken.has(each))) return false;
    for (const each of names) taken.add(each);
    return true;
  });
}

/** @param number Writes a value. */
export function renderScript(
  families: readonly Family[],
  format: Format,
  write: {
    readonly head: (metric: Pick<Family, 'name' | 'help' | 'type'>, format: Format) => string;
    readonly number: (value: number) => string;
  },
): string {
  let text = '';
  for (const family of families) {
    text += write.head(family, format);
    const isRenamed =
      family.type === 'counter' && format === 'openmetrics' && !family.name.endsWith('_total');
    for (const [series, value] of family.samples) {
      const shown = isRenamed ? `${family.name}_total${series.slice(family.name.length)}` : series;
      text += `${shown} ${write.number(value)}\n`;
    }
  }
  return text;
}

/** All names of families and samples that a metric has in one format or the other. */
function namesOf({ name, type }: Pick<Family, 'name' | 'type'>): readonly string[] {
  const base = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  if (type === 'counter') return [name, base, `${base}_total`];
  return [name, ...SUFFIXES[type].map((suffix) => name + suffix)];
}
