// A counter table as it lies in a file that two processes have open: one counts, the other reads, also when the first is dead. What
// was written is the kernel's: a process that is killed takes nothing of it along.
import { readSync, writeSync } from 'node:fs';
import {
  BLOCK_ROWS,
  type CounterTable,
  MAX_ROWS,
  ROW_BYTES,
  ROW_CELLS,
  type RowLabels,
} from './counter-table.ts';
import { RespiteError } from './errors.ts';

/** At the beginning: how many rows there are, and how many bytes their labels take. */
const HEAD_BYTES = 4096;
const LABELS_OFFSET: number = HEAD_BYTES + MAX_ROWS * ROW_BYTES;
const BLOCK_BYTES: number = BLOCK_ROWS * ROW_BYTES;

/** This many blocks cost as much to copy as a call does: those between two that have changed are written along when they are no more. */
const CALL_BLOCKS = 16;

/** Labels are bounded by the number of rows, and by the length of routes. */
const MAX_LABEL_BYTES = 64 * 1024 * 1024;

/** The side that counts. */
export class CounterWriter {
  readonly #table: CounterTable;
  readonly #descriptor: number;
  readonly #head = new Float64Array(2);
  #rows = 0;
  #labelBytes = 0;
  /** Over the memory of the table's cells. */
  #bytes: Uint8Array;

  constructor(table: CounterTable, descriptor: number) {
    this.#table = table;
    this.#descriptor = descriptor;
    this.#bytes = new Uint8Array(table.cells.buffer);
  }

  /**
   * Writes what has changed, in one call as a rule. Throws what `fs.writeSync` throws.
   *
   * @returns What it has cost, in calls that write next to nothing; 0 when nothing has changed.
   */
  flush(): number {
    let cost = 0;
    if (this.#table.labels.length > this.#rows) cost += this.#writeLabels();
    const { changed } = this.#table;
    const blocks = Math.ceil(this.#rows / BLOCK_ROWS);
    let first = -1;
    let last = -1;
    for (let block = 0; block < blocks; block += 1) {
      if (changed[block] === 0) continue;
      changed[block] = 0;
      if (first !== -1 && block - last > CALL_BLOCKS) {
        cost += this.#writeBlocks(first, last);
        first = -1;
      }
      if (first === -1) first = block;
      last = block;
    }
    return first === -1 ? cost : cost + this.#writeBlocks(first, last);
  }

  #writeBlocks(first: number, last: number): number {
    const offset = first * BLOCK_BYTES;
    const length = Math.min((last + 1) * BLOCK_BYTES, this.#rows * ROW_BYTES) - offset;
    writeWhole(this.#descriptor, this.#bytes.subarray(offset, offset + length), HEAD_BYTES + offset);
    return 1 + (last - first) / CALL_BLOCKS;
  }

  /** Before the cells, and before the head that says that they are there. */
  #writeLabels(): number {
    const { labels, cells } = this.#table;
    this.#bytes = new Uint8Array(cells.buffer);
    const added = Buffer.from(
      labels
        .slice(this.#rows)
        .map((of) => `${JSON.stringify(of)}\n`)
        .join(''),
    );
    writeWhole(this.#descriptor, added, LABELS_OFFSET + this.#labelBytes);
    this.#labelBytes += added.length;
    this.#rows = labels.length;
    this.#head.set([this.#rows, this.#labelBytes]);
    writeWhole(this.#descriptor, new Uint8Array(this.#head.buffer), 0);
    return 2;
  }
}

/** Where there is no room left, the kernel writes a part and says no more than that. */
function writeWhole(descriptor: number, bytes: Uint8Array, position: number): void {
  const written = writeSync(descriptor, bytes, 0, bytes.length, position);
  if (written < bytes.length)
    throw new Error(`no room for counters: ${written} of ${bytes.length} bytes written`);
}

/** The side that reads. */
export class CounterReader {
  readonly labels: RowLabels[] = [];
  readonly #descriptor: number;
  readonly #head = new Float64Array(2);
  #labelBytes = 0;
  #cells = new Float64Array(0);

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** What the last {@link read} has found, a row for each of the labels. */
  get cells(): Float64Array {
    return this.#cells;
  }

  /**
   * Reads all that was written. Never waits for a disk where the file lies in memory. Throws what `fs.readSync` throws, and
   * `RESPITE_COUNTERS_UNREADABLE` for what no {@link CounterWriter} has written; what was read before stays.
   */
  read(): void {
    if (readSync(this.#descriptor, this.#head, 0, this.#head.byteLength, 0) === 0) return;
    const [rows = 0, labelBytes = 0] = this.#head;
    const isPossible = isCount(rows, MAX_ROWS) && isCount(labelBytes, MAX_LABEL_BYTES);
    if (!isPossible || rows < this.labels.length) throw unreadable('its head says what cannot be');
    if (labelBytes > this.#labelBytes) {
      const text = Buffer.alloc(labelBytes - this.#labelBytes);
      readSync(this.#descriptor, text, 0, text.length, LABELS_OFFSET + this.#labelBytes);
      const labels = text.toString().trimEnd().split('\n').map(parseLabels);
      if (this.labels.length + labels.length !== rows) throw unreadable('rows and labels are not as many');
      this.#labelBytes = labelBytes;
      this.labels.push(...labels);
    }
    if (rows * ROW_CELLS > this.#cells.length) {
      // Room for twice as many: this is done seldom.
      this.#cells = new Float64Array(2 * rows * ROW_CELLS);
    }
    if (rows > 0) readSync(this.#descriptor, this.#cells, 0, rows * ROW_BYTES, HEAD_BYTES);
  }
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function parseLabels(line: string): RowLabels {
  let labels: unknown;
  try {
    labels = JSON.parse(line);
  } catch {
    throw unreadable('labels that are no JSON');
  }
  const { kind, criticality, route, method, status } = { ...(labels as Record<string, unknown> | null) };
  const isText = (...values: readonly unknown[]): boolean =>
    values.every((value) => typeof value === 'string');
  const isKnown =
    kind === 'connections' ||
    (kind === 'decided' && isText(criticality, route)) ||
    (kind === 'ended' && isText(route, method) && typeof status === 'number');
  if (!isKnown) throw unreadable('labels of no kind that there is');
  return labels as RowLabels;
}

function unreadable(why: string): RespiteError {
  return new RespiteError('RESPITE_COUNTERS_UNREADABLE', `the counters of a worker cannot be read: ${why}`);
}
