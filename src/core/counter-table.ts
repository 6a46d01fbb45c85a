// Counters in one piece of typed memory: a row for each series, a cell for each number. Counting is adding to a cell, and what has
// changed can be copied elsewhere as it lies.
import { RouteLabels } from './route-labels.ts';

/** Numbers of a row. */
export const ROW_CELLS = 32;

export const ROW_BYTES: number = 8 * ROW_CELLS;

/** Most rows that there can be. The limits of those who count add up to less; the last row takes what comes all the same. */
export const MAX_ROWS = 8192;

/** Rows of a block: 4 KB, which cost as much to copy as one row does. What has changed is known by block. */
export const BLOCK_ROWS = 16;

/** What a row counts: requests by what was decided, requests by how they ended, or what has no labels. */
export type RowLabels =
  | { readonly kind: 'decided'; readonly criticality: string; readonly route: string }
  | { readonly kind: 'ended'; readonly route: string; readonly method: string; readonly status: number }
  | { readonly kind: 'connections' };

const FIRST_ROWS = 64;

export class CounterTable {
  /** Of all who count here, so that a route is folded everywhere or nowhere. */
  readonly routes: RouteLabels = new RouteLabels();
  readonly labels: RowLabels[] = [];
  #cells: Float64Array<ArrayBuffer> = new Float64Array(FIRST_ROWS * ROW_CELLS);
  /** 1 for each block that has changed. */
  readonly #changed = new Uint8Array(MAX_ROWS / BLOCK_ROWS);

  /** Another one after each {@link addRow} that had no room. */
  get cells(): Float64Array<ArrayBuffer> {
    return this.#cells;
  }

  /** By block; the reader that copies a block sets it to 0. */
  get changed(): Uint8Array {
    return this.#changed;
  }

  addRow(labels: RowLabels): number {
    if (this.labels.length >= MAX_ROWS) return MAX_ROWS - 1;
    const row = this.labels.push(labels) - 1;
    if (this.labels.length * ROW_CELLS > this.#cells.length) {
      const larger = new Float64Array(this.#cells.length * 2);
      larger.set(this.#cells);
      this.#cells = larger;
    }
    return row;
  }

  /** Runs several times for each request, in some nanoseconds. */
  add(row: number, cell: number, amount: number): void {
    const at = row * ROW_CELLS + cell;
    const cells = this.#cells;
    cells[at] = (cells[at] ?? 0) + amount;
    this.#changed[row >> 4] = 1;
  }

  get(row: number, cell: number): number {
    return this.#cells[row * ROW_CELLS + cell] ?? 0;
  }
}
