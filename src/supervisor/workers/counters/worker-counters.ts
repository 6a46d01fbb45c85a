import { closeSync } from 'node:fs';
import { countsIn } from '../../../admission/counts.ts';
import type { AdmissionCount } from '../../../admission/index.ts';
import { CounterReader } from '../../../core/counter-file.ts';
import { ROW_CELLS, type RowLabels } from '../../../core/counter-table.ts';
import { BOUNDS_SECONDS, BUCKETS, LOG_SUM, seriesIn } from '../../../worker/duration-row.ts';
import type {
  DurationExemplar,
  SentExemplar,
  DurationHistogram,
  DurationSeries,
  ReportedCounters,
  SentSample,
  WorkerSample,
} from '../../../worker/index.ts';

/** What one worker has counted. Its file is read again for each {@link read}, also when the worker is dead. */
export class WorkerCounters {
  readonly #descriptor: number | undefined;
  readonly #file: CounterReader | undefined;
  #reported: ReportedCounters = { labels: [], cells: new Float64Array(0) };
  /** The newest of each row and bucket that nobody has taken yet. */
  readonly #exemplars = new Map<number, SentExemplar>();
  readonly #onUnreadable: (error: unknown) => void;
  #isClosed = false;
  #isReadable = true;

  /**
   * @param descriptor The file that it counts in; undefined when it reports instead.
   * @param onUnreadable Called once, when something else has been written to the file. What was read last stays.
   */
  constructor(descriptor: number | undefined, onUnreadable: (error: unknown) => void) {
    this.#descriptor = descriptor;
    this.#onUnreadable = onUnreadable;
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
    if (this.#isClosed || !this.#isReadable) return;
    try {
      this.#file?.read();
    } catch (error) {
      this.#isReadable = false;
      this.#onUnreadable(error);
    }
  }

  /** A sample as it came, with what was counted: as it was read last, and made of it on request. */
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

/** Requests of one route, method and status; shed ones too, which took no time. */
export interface Answers {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly count: number;
  /** Sum of the natural logarithms of their durations in seconds. */
  readonly logSeconds: number;
}

export function answersIn(labels: readonly RowLabels[], cells: Float64Array): Answers[] {
  return labels.flatMap((of, row) => {
    if (of.kind !== 'ended') return [];
    const own = rowIn(cells, row);
    const count = own.subarray(0, BUCKETS).reduce((sum, each) => sum + each, 0);
    return [{ route: of.route, method: of.method, status: of.status, count, logSeconds: own[LOG_SUM] ?? 0 }];
  });
}

export function rowIn(cells: Float64Array, row: number): Float64Array {
  return cells.subarray(row * ROW_CELLS, (row + 1) * ROW_CELLS);
}
