// A figure that pages show: where it stands in the results, and how it is written.
import type { Goal } from '../../bench/lib/benchmark.ts';
import type { Recorded, Results } from './results.ts';

export interface Figure {
  /** Name of the benchmark. */
  readonly from: string;
  /** What a page shows. A missed goal is named with it. */
  read(result: Recorded): string;
}

/** How a page writes a recorded figure; as it is, without one. */
type Wording = (figure: string) => string;

/** The figure of a goal, and the goal with it when it is missed. */
export function ofGoal(from: string, what: string, wording: Wording = asRecorded): Figure {
  return {
    from,
    read(result) {
      const found = goalIn(result, what);
      return found.holds ? wording(found.figure) : `${wording(found.figure)} (missed: ${found.goal})`;
    },
  };
}

/** A cell of a table whose title begins so, for what has no goal: other systems, and memory. */
export function ofCell(
  from: string,
  title: string,
  row: readonly string[],
  column: string,
  wording: Wording = asRecorded,
): Figure {
  return { from, read: (result) => wording(cellIn(result, title, row, column)) };
}

export function goalIn({ name, goals }: Recorded, what: string): Goal {
  const found = goals.find((goal) => goal.what === what);
  if (found === undefined) throw new Error(`bench/results/${name}.json has no goal '${what}'`);
  return found;
}

/** A row is named by its first cells. */
export function cellIn(
  { name, tables }: Recorded,
  title: string,
  row: readonly string[],
  column: string,
): string {
  const table = tables.find((each) => each.title.startsWith(title));
  const cells = table?.rows.find((each) => row.every((cell, i) => each[i] === cell));
  const cell = cells?.[table?.columns.indexOf(column) ?? -1];
  if (cell === undefined) {
    throw new Error(`bench/results/${name}.json has no cell '${title}', '${row.join(', ')}', '${column}'`);
  }
  return cell;
}

export function resultOf(results: Results, name: string): Recorded {
  const found = results.get(name);
  if (found === undefined) throw new Error(`bench/results/${name}.json does not exist`);
  return found;
}

function asRecorded(figure: string): string {
  return figure;
}
