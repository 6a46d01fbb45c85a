import type { ScriptFamily } from '../../../worker/index.ts';
import { combine } from './combine.ts';

/** Maximum number of series that are kept for workers that are gone. */
const MAX_SERIES = 50_000;

/** A sample of the script's with its labels, as in the text format, and its value over all workers. */
export type ScriptSample = readonly [series: string, value: number];

/** A metric of the script's over all workers. */
export interface GatheredFamily {
  readonly name: string;
  readonly help: string;
  readonly type: ScriptFamily['type'];
  readonly samples: readonly ScriptSample[];
}

/** What a worker has told last, by series. */
type Told = ReadonlyMap<
  string,
  { readonly family: ScriptFamily; readonly values: ReadonlyMap<string, number> }
>;

interface Total {
  readonly type: ScriptFamily['type'];
  help: string;
  readonly values: Map<string, number>;
}

/** Names, labels and values as the text format has them. Others could break what scrapers read. */
const SERIES =
  /^[a-zA-Z_:][\w:]*(?:\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*")*\})?$/;

/**
 * The metrics of the script over all workers that ever were. What adds up (counters, histograms, the sums of summaries) is counted here by
 * differences, so that it does not go back when a worker ends, does not answer, or begins anew. Pure.
 */
export class ScriptTotals {
  readonly #totals = new Map<string, Total>();
  readonly #told = new Map<number, Told>();
  #series = 0;
  #dropped = 0;

  /** Series that did not fit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A worker has told what it measures. */
  answered(worker: number, families: readonly ScriptFamily[]): void {
    const before = this.#told.get(worker);
    const told = new Map(
      families.map((family) => {
        const values = new Map<string, number>();
        for (const [i, series] of family.series.entries()) {
          if (belongs(series, family.name)) values.set(series, family.values[i] ?? Number.NaN);
        }
        return [family.name, { family, values }] as const;
      }),
    );
    this.#told.set(worker, told);
    for (const [name, { family, values }] of told) {
      if (addsUp(family)) this.#count(family, values, before?.get(name)?.values);
    }
  }

  /** A worker has ended: what it counted stays counted. */
  ended(worker: number): void {
    this.#told.delete(worker);
  }

  /** @param workers Those whose gauges count, in the order of their slots. */
  read(workers: readonly number[]): readonly GatheredFamily[] {
    const present = workers.flatMap((worker) => this.#told.get(worker) ?? []);
    const families = new Map<string, GatheredFamily>();
    for (const [name, { type, help, values }] of this.#totals)
      families.set(name, { name, type, help, samples: [...values] });
    for (const told of present) {
      for (const [name, { family }] of told) {
        const known = families.get(name);
        if (addsUp(family) && family.type !== 'summary') continue;
        if (known !== undefined && !addsUp(family)) continue;
        const samples = combine(
          family.aggregator,
          present.flatMap((each) => each.get(name)?.values ?? []),
        );
        if (addsUp(family)) {
          // Quantiles can't be added up: they are shown of a single worker only.
          const quantiles = present.length > 1 ? [] : samples.filter(([series]) => isQuantile(series));
          families.set(name, {
            name,
            type: family.type,
            help: family.help,
            samples: [...quantiles, ...(known?.samples ?? [])],
          });
        } else if (samples.length > 0)
          families.set(name, { name, type: family.type, help: family.help, samples });
      }
    }
    return [...families.values()];
  }

  #count(
    family: ScriptFamily,
    values: ReadonlyMap<string, number>,
    before: ReadonlyMap<string, number> | undefined,
  ): void {
    const total = this.#totalOf(family);
    // The sum of a histogram may go back by itself, when something negative was observed.
    const isAnew = [...values].some(
      ([series, value]) => !/_sum(?:\{|$)/.test(series) && value < (before?.get(series) ?? -Infinity),
    );
    for (const [series, value] of values) {
      if (isQuantile(series)) continue;
      const old = total.values.get(series);
      if (old === undefined && this.#series >= MAX_SERIES) {
        this.#dropped += 1;
        continue;
      }
      if (old === undefined) this.#series += 1;
      total.values.set(series, (old ?? 0) + value - (isAnew ? 0 : (before?.get(series) ?? 0)));
    }
  }

  #totalOf({ name, type, help }: ScriptFamily): Total {
    const known = this.#totals.get(name);
    if (known?.type === type) {
      known.help = help;
      return known;
    }
    // Another version of the script measures something else by that name.
    this.#series -= known?.values.size ?? 0;
    const total: Total = { type, help, values: new Map() };
    this.#totals.set(name, total);
    return total;
  }
}

function addsUp({ type, aggregator }: ScriptFamily): boolean {
  return type !== 'gauge' && aggregator === 'sum';
}

function isQuantile(series: string): boolean {
  return /[{,]quantile="/.test(series);
}

/** A sample of the family: its own name, or the parts of a histogram or summary. */
function belongs(series: string, name: string): boolean {
  if (!series.startsWith(name) || !SERIES.test(series)) return false;
  return /^(?:_bucket|_sum|_count)?(?:\{|$)/.test(series.slice(name.length));
}
