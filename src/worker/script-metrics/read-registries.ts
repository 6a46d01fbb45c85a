import type { MetricsRegistry } from '../../core/registry-link.ts';
import type { ScriptFamily } from './script-family.ts';

/** Maximum number of series that a worker sends, and of characters in their names and labels: about 3 MB of memory in the supervisor. */
export const MAX_SERIES = 20_000;
export const MAX_CHARACTERS = 2_000_000;

const TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const;

const NAME = /^[a-zA-Z_:][\w:]*$/;
const LABEL_NAME = /^[a-zA-Z_]\w*$/;

/** What is sent. */
export interface ReadMetrics {
  readonly families: readonly ScriptFamily[];
  /** Metrics that did not fit. */
  readonly leftOut: number;
}

/** As prom-client's `getMetricsAsJSON()` has it; it comes from the user's code, so it may be anything. */
interface Given {
  readonly name?: unknown;
  readonly help?: unknown;
  readonly type?: unknown;
  readonly aggregator?: unknown;
  readonly values?: unknown;
}

interface GivenValue {
  readonly metricName?: unknown;
  readonly labels?: unknown;
  readonly value?: unknown;
}

/** Reads registries; of metrics with the same name the first. Rejects as their `collect` functions do. */
export async function readRegistries(registries: readonly MetricsRegistry[]): Promise<ReadMetrics> {
  const all = await Promise.all(registries.map(async (registry) => registry.getMetricsAsJSON()));
  const families = new Map<string, ScriptFamily>();
  let leftOut = 0;
  let [series, characters] = [0, 0];
  for (const given of all.flat() as readonly Given[]) {
    const family = familyOf(given);
    if (family === undefined || families.has(family.name)) continue;
    const length = family.series.reduce((sum, each) => sum + each.length, family.help.length);
    if (series + family.series.length > MAX_SERIES || characters + length > MAX_CHARACTERS) {
      leftOut += 1;
      continue;
    }
    series += family.series.length;
    characters += length;
    families.set(family.name, family);
  }
  return { families: [...families.values()], leftOut };
}

function familyOf({ name, help, type, aggregator, values }: Given): ScriptFamily | undefined {
  const known = TYPES.find((each) => each === type);
  if (typeof name !== 'string' || !NAME.test(name) || known === undefined) return undefined;
  if (!Array.isArray(values)) return undefined;
  const readings = (values as readonly GivenValue[]).flatMap(({ metricName, labels, value }) => {
    const series = `${typeof metricName === 'string' ? metricName : name}${bracesOf(labels)}`;
    return typeof value === 'number' ? [[series, value] as const] : [];
  });
  return {
    name,
    help: typeof help === 'string' ? help : '',
    type: known,
    aggregator: typeof aggregator === 'string' ? aggregator : 'sum',
    series: readings.map(([series]) => series),
    values: Float64Array.from(readings, ([, value]) => value),
  };
}

/** The same text for the same labels, in whatever order they come; `le` and `quantile` last, as is usual. */
function bracesOf(labels: unknown): string {
  if (typeof labels !== 'object' || labels === null) return '';
  const isLast = (name: string): boolean => name === 'le' || name === 'quantile';
  const pairs = Object.entries(labels)
    .filter(([name, value]) => LABEL_NAME.test(name) && value !== undefined)
    .toSorted(([a], [b]) => Number(isLast(a)) - Number(isLast(b)) || (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${escape(textOf(name, value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Bounds of buckets as OpenMetrics and Prometheus 3 write them: one series in both formats. */
function textOf(name: string, value: unknown): string {
  return name === 'le' && typeof value === 'number' && Number.isInteger(value)
    ? value.toFixed(1)
    : String(value);
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
