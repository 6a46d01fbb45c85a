import { closeSync } from 'node:fs';
import { countsIn } from '../../admission/counts.ts';
import type { AdmissionCount } from '../../admission/index.ts';
import { CounterReader } from '../../core/counter-file.ts';
import { ROW_CELLS, type RowLabels } from '../../core/counter-table.ts';
import { BOUNDS_SECONDS, seriesIn } from '../../worker/duration-row.ts';
import type { DurationHistogram, ReportedCounters, SentSample, WorkerSample } from '../../worker/index.ts';

/** What one worker has counted. Its file is read again for each {@link read}, also when the worker is dead. */
export class WorkerCounters {
  readonly #descriptor: number | undefined;
  readonly #file: CounterReader | undefined;
  #reported: ReportedCounters = { labels: [], cells: new Float64Array(0) };
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
  complete({ counters: reported, admission, ...rest }: SentSample): WorkerSample {
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

  /** What was read last stays. */
  close(): void {
    if (!this.#isClosed && this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#isClosed = true;
  }
}

export function requestsIn(labels: readonly RowLabels[], cells: Float64Array): AdmissionCount[] {
  return labels.flatMap((of, row) => (of.kind === 'decided' ? [...countsIn(of, rowIn(cells, row))] : []));
}

export function durationIn(labels: readonly RowLabels[], cells: Float64Array): DurationHistogram {
  const series = labels.flatMap((of, row) => (of.kind === 'ended' ? [seriesIn(of, rowIn(cells, row))] : []));
  return { boundsSeconds: BOUNDS_SECONDS, series: series.filter(({ counts }) => counts.some((n) => n > 0)) };
}

export function rowIn(cells: Float64Array, row: number): Float64Array {
  return cells.subarray(row * ROW_CELLS, (row + 1) * ROW_CELLS);
}
