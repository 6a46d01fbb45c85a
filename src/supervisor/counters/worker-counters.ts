import { closeSync } from 'node:fs';
import { countsIn } from '../../admission/counts.ts';
import type { AdmissionCount } from '../../admission/index.ts';
import { CounterReader } from '../../core/counter-file.ts';
import { ROW_CELLS, type RowLabels } from '../../core/counter-table.ts';
import { BOUNDS_SECONDS, seriesIn } from '../../worker/duration-row.ts';
import type {
  DurationExemplar,
  SentExemplar,
  DurationHistogram,
  DurationSeries,
  ReportedCounters,
  SentSample,
  WorkerSample,
} from '../../worker/index.ts';

/** What one worker has counted. Its file is read again for each {@link read}, also when the worker is dead. */
export class WorkerCounters {
  readonly #descriptor: number | undefined;
  readonly #file: CounterReader | undefined;
  #reported: ReportedCounters = { labels: [], cells: new Float64Array(0) };
  /** The newest of each row and bucket that nobody has taken yet. */
  readonly #exemplars = new Map<number, SentExemplar>();
  #isClosed = false;

  /** @param descriptor The file that it counts in; undefined when it reports instead. */
  constructor(descriptor: number | undefined) {
    this.#descriptor = descriptor;
    if (descriptor !== undefined) this.#file = new CounterReader(descriptor);
  }

  get labels(): readonly RowLabels[] {
    return this.#file?.labels ?? this.#reported.labels;
  }

  /** A row for each of the labels. */
  get cells(): Float64Array {
    return this.#file?.cells ?? this.#reported.cells;
  }

  read(): void {
    if (!this.#isClosed) this.#file?.read();
  }

  /** A sample as it came, with what was counted: as it was read last, and made of it when somebody asks. */
  complete(sent: SentSample): WorkerSample {
    const { counters: reported, exemplars, admission, ...rest } = sent;
    for (const exemplar of exemplars)
      this.#exemplars.set(exemplar.row * ROW_CELLS + exemplar.bucket, exemplar);
    if (reported !== undefined) this.#reported = reported;
    this.read();
    const requests = (): AdmissionCount[] => requestsIn(this.labels, this.cells);
    const duration = (): DurationHistogram => durationIn(this.labels, this.cells);
    return {
      ...rest,
      admission: {
        ...admission,
        get requests() {
          return requests();
        },
      },
      get duration() {
        return duration();
      },
    };
  }

  /** Requests that belong to traces and that were not taken before. */
  takeExemplars(): readonly SentExemplar[] {
    if (this.#exemplars.size === 0) return [];
    const taken = [...this.#exemplars.values()];
    this.#exemplars.clear();
    return taken;
  }

  /** What was read last stays. */
  close(): void {
    if (!this.#isClosed && this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#isClosed = true;
  }
}

export function requestsIn(labels: readonly RowLabels[], cells: Float64Array): AdmissionCount[] {
  return labels.flatMap((of, row) => (of.kind === 'decided' ? [...countsIn(of, rowIn(cells, row))] : []));
}

/** @param exemplars By row and bucket. */
export function durationIn(
  labels: readonly RowLabels[],
  cells: Float64Array,
  exemplars?: ReadonlyMap<number, readonly DurationExemplar[]>,
): DurationHistogram {
  const series: DurationSeries[] = [];
  for (const [row, of] of labels.entries()) {
    if (of.kind !== 'ended') continue;
    const one = seriesIn(of, rowIn(cells, row));
    const traced = exemplars?.get(row);
    if (one.counts.some((count) => count > 0)) {
      series.push(traced === undefined ? one : { ...one, exemplars: [...traced] });
    }
  }
  return { boundsSeconds: BOUNDS_SECONDS, series };
}

export function rowIn(cells: Float64Array, row: number): Float64Array {
  return cells.subarray(row * ROW_CELLS, (row + 1) * ROW_CELLS);
}
