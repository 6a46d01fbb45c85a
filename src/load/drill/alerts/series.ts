// Samples over time, as Prometheus keeps them.
import type { Matcher } from './expression.ts';

export type Labels = Readonly<Record<string, string>>;

/** A value at a time. Undefined: the series ended there. */
export interface Sample {
  readonly atMs: number;
  readonly value: number | undefined;
}

export interface Series {
  readonly labels: Labels;
  /** The oldest first. */
  readonly samples: Sample[];
}

/** How long a sample counts as the current value, in ms: the default of Prometheus. */
const LOOKBACK_MS = 300_000;

/** Keys that are known: rules ask for those of the same labels at each of their evaluations. */
const keys = new WeakMap<Labels, string>();

/** A text that is the same for equal labels. */
export function keyOf(labels: Labels): string {
  let key = keys.get(labels);
  if (key === undefined) {
    key = Object.keys(labels)
      .toSorted()
      .map((label) => `${label}=${JSON.stringify(labels[label])}`)
      .join();
    keys.set(labels, key);
  }
  return key;
}

/** Labels without a name, by those with one. Rules derive the same ones at each of their evaluations, and then ask for their keys. */
const withoutName = new WeakMap<Labels, Labels>();

/** Without the name of the metric, which results of computations do not have. */
export function nameless(labels: Labels): Labels {
  if (!Object.hasOwn(labels, '__name__')) return labels;
  let others = withoutName.get(labels);
  if (others === undefined) {
    const { __name__: _, ...rest } = labels;
    withoutName.set(labels, (others = rest));
  }
  return others;
}

/** Selections by labels and by the list of names, which belongs to an expression and lives as long. */
const selections = new WeakMap<Labels, WeakMap<readonly string[], Labels>>();

/** Of these labels those with one of the names. */
export function only(labels: Labels, names: readonly string[]): Labels {
  let known = selections.get(labels);
  if (known === undefined) selections.set(labels, (known = new WeakMap()));
  let some = known.get(names);
  if (some === undefined) {
    some = Object.fromEntries(
      names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
    );
    known.set(names, some);
  }
  return some;
}

/** Labels of values of a series: its own, and the name of the metric. */
const named = new WeakMap<Series, Labels>();

/** @param name Of the metric that the series belongs to. */
export function labelsOf(name: string, series: Series): Labels {
  let labels = named.get(series);
  if (labels === undefined) named.set(series, (labels = { __name__: name, ...series.labels }));
  return labels;
}

/** All series of a recording, by the name of their metric. */
export class SeriesStore {
  readonly #byName = new Map<string, Map<string, Series>>();

  append(name: string, labels: Labels, sample: Sample): void {
    const { samples } = this.series(name, labels);
    const last = samples.at(-1);
    if (last !== undefined && last.atMs === sample.atMs) samples[samples.length - 1] = sample;
    else samples.push(sample);
  }

  /** Made if there is none yet. */
  series(name: string, labels: Labels): Series {
    let all = this.#byName.get(name);
    if (all === undefined) this.#byName.set(name, (all = new Map()));
    const key = keyOf(labels);
    let found = all.get(key);
    if (found === undefined) all.set(key, (found = { labels, samples: [] }));
    return found;
  }

  select(name: string, matchers: readonly Matcher[]): Series[] {
    const all = [...(this.#byName.get(name)?.values() ?? [])];
    const tests = matchers.map(testOf);
    return all.filter(({ labels }) => tests.every((test) => test(labels)));
  }
}

function testOf({ label, op, value }: Matcher): (labels: Labels) => boolean {
  if (op === '=') return (labels) => (labels[label] ?? '') === value;
  if (op === '!=') return (labels) => (labels[label] ?? '') !== value;
  const pattern = new RegExp(`^(?:${value})$`);
  return (labels) => pattern.test(labels[label] ?? '') === (op === '=~');
}

/** The current value; undefined when there is none, or none lately. */
export function valueAt({ samples }: Series, atMs: number): number | undefined {
  const last = samples[countUntil(samples, atMs) - 1];
  return last === undefined || last.atMs <= atMs - LOOKBACK_MS ? undefined : last.value;
}

/** The samples after `fromMs` until `toMs`. */
export function samplesIn(
  { samples }: Series,
  fromMs: number,
  toMs: number,
): readonly { readonly atMs: number; readonly value: number }[] {
  return samples
    .slice(countUntil(samples, fromMs), countUntil(samples, toMs))
    .filter((sample): sample is { atMs: number; value: number } => sample.value !== undefined);
}

/** How many samples are not later. */
function countUntil(samples: readonly Sample[], atMs: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.atMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
