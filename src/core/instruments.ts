// Numbers that parts of Respite count in this process, for the worker's samples. A part that counts adds a source here; a part that
// shows the numbers reads them. Neither side has to be there.

export type Labels = Readonly<Record<string, string>>;

/** One number of an instrument. */
export interface Measured {
  readonly labels: Labels;
  readonly value: number;
}

/** A metric. Plain data: it travels from worker to supervisor. */
export interface Instrument {
  /** As Prometheus has it, with unit: `respite_cache_stored_bytes_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** A `counter` never goes down. */
  readonly type: 'counter' | 'gauge';
  readonly series: readonly Measured[];
}

/** Reads instruments as they are now. Called about once a second. */
export type InstrumentSource = () => readonly Instrument[];

/** What is global: `respite run` may be another copy of this package than the one that the user's code imports. */
export interface InstrumentRegistry {
  add(source: InstrumentSource): () => void;
  read(): readonly Instrument[];
}

/** OpenTelemetry's limit for the series of a metric, and what it says of those that go beyond it (metrics SDK, cardinality limits). */
export const MAX_SERIES = 2000;
export const OVERFLOW: Labels = Object.freeze({ otel_metric_overflow: 'true' });

const kRegistry: unique symbol = Symbol.for('respite.instruments');

/**
 * Adds a source. What several sources count under one name is summed. A source is kept until it is removed, so it should hold
 * nothing but its numbers.
 *
 * @returns Removes it; what its counters have counted stays.
 */
export function addInstruments(source: InstrumentSource): () => void {
  const holder = process as { [kRegistry]?: InstrumentRegistry };
  return (holder[kRegistry] ??= createRegistry()).add(source);
}

/** A registry, apart from the global one. */
export function createRegistry(): InstrumentRegistry {
  const sources = new Set<InstrumentSource>();
  let ended: readonly Instrument[] = [];
  return {
    add: (source) => {
      sources.add(source);
      return () => {
        if (!sources.delete(source)) return;
        ended = sumInstruments([...ended, ...source().filter(({ type }) => type === 'counter')]);
      };
    },
    read: () => sumInstruments([...ended, ...[...sources].flatMap((source) => source())]),
  };
}

/** Instruments of the same name as one, series with the same labels added up; those beyond {@link MAX_SERIES} as one. */
export function sumInstruments(all: readonly Instrument[]): readonly Instrument[] {
  const byName = new Map<string, { first: Instrument; series: Map<string, Measured> }>();
  for (const instrument of all) {
    let sum = byName.get(instrument.name);
    if (sum === undefined) {
      sum = { first: instrument, series: new Map() };
      byName.set(instrument.name, sum);
    }
    for (const measured of instrument.series) {
      addMeasured(sum.series, measured.labels, measured.value);
    }
  }
  return [...byName.values()].map(({ first: { name, help, type }, series }) => {
    return { name, help, type, series: [...series.values()] };
  });
}

/** Adds to the series with these labels, or to the one of all that are too many. */
export function addMeasured(series: Map<string, Measured>, labels: Labels, value: number): void {
  const key = keyOf(labels);
  const before = series.get(key);
  if (before === undefined && series.size >= MAX_SERIES - 1 && labels !== OVERFLOW) {
    addMeasured(series, OVERFLOW, value);
  } else {
    series.set(key, { labels, value: value + (before?.value ?? 0) });
  }
}

/** The same for the same labels, in whatever order they come. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
