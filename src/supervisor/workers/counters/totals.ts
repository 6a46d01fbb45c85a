// Counters over all workers that ever lived. What a worker has counted since it was last looked at is added to rows that are there
// for good, so that no sum goes down when a worker ends, and none is made anew for each reader.
import { CounterTable, ROW_CELLS, type RowLabels } from '../../../core/counter-table.ts';
import { addMeasured, type Instrument, keyOf, type Measured } from '../../../core/instruments.ts';
import { OTHER_ROUTE } from '../../../core/route-labels.ts';
import { countAnswering, OTHER_METHOD } from '../../../worker/duration-row.ts';
import type { DurationExemplar, SentExemplar } from '../../../worker/index.ts';
import type { WorkerTotals } from '../status.ts';
import { durationIn, requestsIn, rowIn, type WorkerCounters } from './worker-counters.ts';

/** Cells that hold counters; what follows is about answers under way. */
const COUNTER_CELLS = 16;

/** Series of durations: OpenTelemetry's limit for a metric, as it holds for each worker. */
const MAX_SERIES = 2000;

interface Source {
  readonly counters: WorkerCounters;
  /** The row of the sum for each row of the worker's. */
  readonly rows: number[];
  /** Its cells as they were when they were last looked at. */
  seen: Float64Array;
  /** The values of its counters by instrument and labels, as they were then. */
  readonly instruments: Map<string, Map<string, number>>;
}

interface InstrumentSum {
  readonly first: Instrument;
  readonly series: Map<string, Measured>;
}

export class Totals {
  readonly #table = new CounterTable();
  readonly #rows = new Map<string, number>();
  readonly #sources = new Map<number, Source>();
  readonly #instruments = new Map<string, InstrumentSum>();
  /** By row and bucket. */
  readonly #exemplars = new Map<number, DurationExemplar[]>();
  readonly #onFolding: () => void;
  #durations = 0;
  #hasFolded = false;

  /** @param onFolding There are more routes than labels. Called once. */
  constructor(onFolding: () => void) {
    this.#onFolding = onFolding;
  }

  /** A worker has been started. */
  join(workerId: number, counters: WorkerCounters): void {
    this.#sources.set(workerId, { counters, rows: [], seen: new Float64Array(0), instruments: new Map() });
  }

  /** It has ended: what it was answering counts too, as its client may have the answer. */
  leave(workerId: number): void {
    const source = this.#sources.get(workerId);
    if (source === undefined) return;
    this.#take(source, true);
    source.counters.close();
    this.#sources.delete(workerId);
  }

  /** What parts of a worker count by themselves; gauges are of now, and no totals. */
  report(workerId: number, instruments: readonly Instrument[]): void {
    const source = this.#sources.get(workerId);
    if (source === undefined) return;
    for (const instrument of instruments) {
      if (instrument.type === 'counter') this.#addInstrument(source, instrument);
    }
  }

  /** As it is at this moment. */
  read(): WorkerTotals {
    for (const source of this.#sources.values()) this.#take(source, false);
    const { labels, cells } = this.#table;
    let connectionsRefused = 0;
    for (const [row, { kind }] of labels.entries()) {
      if (kind === 'connections') connectionsRefused += cells[row * ROW_CELLS] ?? 0;
    }
    return {
      connectionsRefused,
      requests: requestsIn(labels, cells),
      duration: durationIn(labels, cells, this.#exemplars),
      instruments: [...this.#instruments.values()].map(({ first: { name, help, type }, series }) => ({
        name,
        help,
        type,
        series: [...series.values()],
      })),
    };
  }

  #take(source: Source, isOver: boolean): void {
    const { counters, rows } = source;
    counters.read();
    const { labels, cells } = counters;
    const count = Math.min(labels.length, cells.length / ROW_CELLS);
    for (let row = rows.length; row < count; row += 1) {
      const of = labels[row];
      if (of !== undefined) rows.push(this.#rowFor(of));
    }
    if (source.seen.length < cells.length) {
      const larger = new Float64Array(cells.length);
      larger.set(source.seen);
      source.seen = larger;
    }
    for (let row = 0; row < count; row += 1) {
      if (isOver && labels[row]?.kind === 'ended') countAnswering(rowIn(cells, row));
      this.#addRow(source.seen, cells, row, rows[row] ?? 0);
    }
    for (const exemplar of counters.takeExemplars()) this.#keep(rows[exemplar.row], exemplar);
  }

  /** The newest of each bucket, of whatever worker. */
  #keep(row: number | undefined, { bucket, traceId, value, atMs }: SentExemplar): void {
    if (row === undefined) return;
    const ofRow = this.#exemplars.get(row) ?? [];
    this.#exemplars.set(row, ofRow);
    if ((ofRow[bucket]?.atMs ?? 0) <= atMs) ofRow[bucket] = { traceId, value, atMs };
  }

  /** What is less than before was read while it was written, and will be more the next time. */
  #addRow(seen: Float64Array, cells: Float64Array, row: number, to: number): void {
    const from = row * ROW_CELLS;
    for (let cell = 0; cell < COUNTER_CELLS; cell += 1) {
      const now = cells[from + cell] ?? 0;
      const delta = now - (seen[from + cell] ?? 0);
      if (delta <= 0) continue;
      seen[from + cell] = now;
      this.#table.add(to, cell, delta);
    }
  }

  /** The same for the same labels, once they are folded as those of all workers have to be. */
  #rowFor(of: RowLabels): number {
    const folded = this.#fold(of);
    const key = JSON.stringify(folded);
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (folded.kind === 'ended') this.#durations += 1;
      row = this.#table.addRow(folded);
      this.#rows.set(key, row);
    }
    return row;
  }

  #fold(of: RowLabels): RowLabels {
    if (of.kind === 'connections') return of;
    const folded = { ...of, route: this.#table.routes.of(of.route) };
    if (folded.route === OTHER_ROUTE && !this.#hasFolded) {
      this.#hasFolded = true;
      this.#onFolding();
    }
    const isOneTooMany =
      folded.kind === 'ended' && this.#durations >= MAX_SERIES && !this.#rows.has(JSON.stringify(folded));
    return isOneTooMany ? { ...folded, route: OTHER_ROUTE, method: OTHER_METHOD } : folded;
  }

  #addInstrument({ instruments }: Source, instrument: Instrument): void {
    const { name } = instrument;
    let sum = this.#instruments.get(name);
    if (sum === undefined) this.#instruments.set(name, (sum = { first: instrument, series: new Map() }));
    let before = instruments.get(name);
    if (before === undefined) instruments.set(name, (before = new Map<string, number>()));
    for (const { labels, value } of instrument.series) {
      const key = keyOf(labels);
      const delta = value - (before.get(key) ?? 0);
      // A series that has counted nothing is shown all the same.
      if (delta < 0 || (delta === 0 && before.has(key))) continue;
      before.set(key, value);
      addMeasured(sum.series, labels, delta);
    }
  }
}
