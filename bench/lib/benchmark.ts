// What a benchmark is, and what it hands back.

/** The two sides of a comparison. */
export type Side = 'bare' | 'respite';

/** One line of "must hold". */
export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly figure: string;
  readonly holds: boolean;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Outcome {
  readonly goals: readonly Goal[];
  readonly tables: readonly Table[];
  /** What a reader has to know to read the figures. */
  readonly notes: readonly string[];
  readonly settings: Readonly<Record<string, string | number>>;
  /** Single measurements, for the JSON file, where the tables don't show them. */
  readonly measurements?: unknown;
  /** Drawings to keep beside the tables. */
  readonly plots?: readonly Plot[];
}

export interface Plot {
  /** What it adds to the benchmark's name to make the file's. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

/** What a benchmark is narrowed down to: values by filter. A filter that is not there narrows nothing. */
export type Filters = Readonly<Record<string, readonly string[]>>;

export interface Context {
  /** Short settings: shows that the benchmark works, not what it measures. */
  readonly quick: boolean;
  readonly filters: Filters;
  readonly say: (line: string) => void;
}

export interface Benchmark {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly summary: string;
  /** Servers run on one core and the load on another; otherwise where the kernel likes. */
  readonly pinned: boolean;
  /** Folders of the source code that the figures depend on: a result is outdated when they have changed a lot since. */
  readonly measures: readonly string[];
  /** How often each figure was measured, and which of the values the tables show. */
  readonly spread: string;
  /** Filters that it knows, as options of the command line, with the values that each takes. */
  readonly filters?: Filters;
  run(context: Context): Promise<Outcome>;
}
