// The metrics that were recorded during a drill, and which alerts they would have raised.
import { type FiredAlert, metricsOf, type RuleGroup, Rules } from './rules.ts';
import { parseScrape } from './scrape.ts';
import { keyOf, type Labels, SeriesStore } from './series.ts';
import { SHIPPED_RULES } from './shipped-rules.ts';

/** How far back the shipped rules look, in ms: three days. */
const HISTORY_MS = 3 * 24 * 3_600_000;

/** How far back they look at metrics that no rule has recorded, in ms, and how often those are scraped. */
const RAW_HISTORY_MS = 3_600_000;
const SCRAPE_EVERY_MS = 15_000;

/** Time after the drill for which the rules are evaluated, in ms: their rates are over five minutes. */
const AFTERWARDS_MS = 360_000;

/** What every scrape of one target has, as Prometheus adds it. */
const TARGET: Labels = Object.freeze({ job: 'drill', instance: 'drill' });

/** Labels by which a counter counts what did not go well. */
const FAILED: Readonly<Record<string, RegExp>> = {
  http_response_status_code: /^(?:429|5..)$/,
  decision: /^(?:shed|would-shed)$/,
  outcome: /^(?:5xx|no-response)$/,
};

/** Counters of nothing else. */
const FAILURES = /^respite_(?:admission_connections_refused|fallback_responses|cache_store_errors)_total$/;

const COUNTER = /_(?:total|count|sum|bucket)$/;

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** One series, as it was scraped. */
interface Recorded {
  readonly name: string;
  readonly labels: Labels;
  readonly points: Point[];
}

/** Scrapes of one instance. */
export class Recording {
  readonly #groups: readonly RuleGroup[];
  readonly #wanted: ReadonlySet<string>;
  readonly #series = new Map<string, Recorded>();
  readonly #scrapesMs: number[] = [];

  constructor(groups: readonly RuleGroup[] = SHIPPED_RULES) {
    this.#groups = groups;
    this.#wanted = metricsOf(groups);
  }

  /** @param text What the instance answered; undefined when it did not. */
  add(text: string | undefined, atMs: number): void {
    this.#scrapesMs.push(atMs);
    const samples = text === undefined ? [] : parseScrape(text, this.#wanted);
    for (const { name, labels, value } of [
      ...samples,
      { name: 'up', labels: {}, value: text === undefined ? 0 : 1 },
    ]) {
      const own = { ...labels, ...TARGET };
      const key = `${name} ${keyOf(own)}`;
      const series = this.#series.get(key) ?? { name, labels: own, points: [] };
      series.points.push({ atMs, value });
      this.#series.set(key, series);
    }
  }

  /**
   * The alerts that would have fired. Rules look back up to three days, so they are shown these as well: the traffic of the time before
   * `calmUntilMs`, and none that failed. After the drill they are shown the same traffic for another six minutes.
   */
  alerts(calmUntilMs: number): readonly FiredAlert[] {
    const [firstMs] = this.#scrapesMs;
    const lastMs = this.#scrapesMs.at(-1);
    if (firstMs === undefined || lastMs === undefined) return [];
    const store = new SeriesStore();
    for (const series of this.#series.values())
      this.#complete(series, store, { firstMs, lastMs, calmUntilMs });
    const rules = new Rules(this.#groups, store);
    rules.seed(firstMs - HISTORY_MS, firstMs);
    rules.run(firstMs, lastMs + AFTERWARDS_MS);
    return rules.fired;
  }

  /** Appends a series with what came before and comes after. */
  #complete(
    { name, labels, points }: Recorded,
    store: SeriesStore,
    { firstMs, lastMs, calmUntilMs }: Readonly<Record<'firstMs' | 'lastMs' | 'calmUntilMs', number>>,
  ): void {
    const isCounter = COUNTER.test(name);
    const perMs = isCounter && !countsFailures(name, labels) ? slope(points, calmUntilMs) : 0;
    const [first] = points;
    const last = points.at(-1);
    if (first === undefined || last === undefined) return;
    const isThereFromTheBeginning = first.atMs === firstMs;
    // A counter that appears later was zero before: its first increase counts. Prometheus does not see that one.
    if (isCounter || isThereFromTheBeginning) {
      const start = isThereFromTheBeginning ? first.value : 0;
      const addedBefore = perMs * RAW_HISTORY_MS;
      for (let ms = RAW_HISTORY_MS; ms > 0; ms -= SCRAPE_EVERY_MS)
        store.append(name, labels, { atMs: firstMs - ms, value: start + addedBefore - perMs * ms });
      for (const { atMs, value } of points) store.append(name, labels, { atMs, value: value + addedBefore });
      if (last.atMs < lastMs) store.append(name, labels, { atMs: lastMs, value: undefined });
      else
        for (let ms = SCRAPE_EVERY_MS; ms <= AFTERWARDS_MS; ms += SCRAPE_EVERY_MS)
          store.append(name, labels, { atMs: lastMs + ms, value: last.value + addedBefore + perMs * ms });
      return;
    }
    for (const { atMs, value } of points) store.append(name, labels, { atMs, value });
    if (last.atMs < lastMs) store.append(name, labels, { atMs: lastMs, value: undefined });
  }
}

function countsFailures(name: string, labels: Labels): boolean {
  return (
    FAILURES.test(name) ||
    Object.entries(FAILED).some(([label, pattern]) => pattern.test(labels[label] ?? ''))
  );
}

/** How much a counter has grown until then, in one ms. */
function slope(points: readonly Point[], untilMs: number): number {
  const [first] = points;
  const last = points.findLast(({ atMs }) => atMs <= untilMs);
  if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
  return Math.max(0, last.value - first.value) / (last.atMs - first.atMs);
}
