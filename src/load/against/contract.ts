// What a comparison takes and what it answers: the vocabulary of `respite load --against` and of `compare`.
import type { LoadOptions } from '../contract.ts';
import type { Typical } from './measure/slices.ts';
import type { Figure, MinEffects } from './verdict/figures.ts';
import type { Change } from './verdict/judge.ts';

/** A server that runs already. */
export interface RunningVersion {
  /** Requests go to its path and query, unless the mix says otherwise. */
  readonly url: string | URL;
  /** Its process. Default: the one that listens on the port, where it is on this machine and its processes can be seen. */
  readonly pid?: number | undefined;
}

/** A server that the comparison starts, anew for each round, with the environment variable `PORT`. */
export interface StartedVersion {
  /** A program and its arguments: `['node', 'server.js']`. */
  readonly command: readonly string[];
  /** A commit, branch or tag of the git repository, which is checked out for it. Default: the files as they are. */
  readonly ref?: string | undefined;
  /** A command line for the shell that installs what `ref` needs: `npm ci`. Default: it uses the current `node_modules`. */
  readonly setup?: string | undefined;
  /** Where it is started. With `ref`, the same folder of the checked-out files. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A version to compare: a server that runs already, or one that the comparison starts. */
export type Version = RunningVersion | StartedVersion;

/** Two versions, and the load that both get. */
export interface CompareOptions extends Omit<
  LoadOptions,
  'url' | 'rate' | 'durationMs' | 'threads' | 'onProgress'
> {
  /** What the candidate is compared with. */
  readonly baseline: Version;
  /** What may have become worse. */
  readonly candidate: Version;
  /** Path of the requests to versions that are started, unless the mix says otherwise. Default: `/`. */
  readonly path?: string | undefined;
  /** Requests per second to each version. Default: as many as keep a fifth of a core busy; 50 where CPU time is unknown. */
  readonly rate?: number | undefined;
  /** Default: 120,000. */
  readonly durationMs?: number | undefined;
  /**
   * Smallest changes that matter, as shares. One number is for all figures.
   * Default: 0.03 for `cpu` and `goodput`, 0.1 for `p99`.
   */
  readonly minEffect?: number | Partial<MinEffects> | undefined;
  /** Called after each pair of measurements. */
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
}

/** What is known while a comparison runs. */
export interface CompareProgress {
  /** Milliseconds since the comparison began. */
  readonly elapsedMs: number;
  /** Milliseconds that it lasts altogether. */
  readonly durationMs: number;
  /** Requests per second to each version. */
  readonly rate: number;
  /** Pairs of measurements so far. */
  readonly pairs: number;
  /** What is known so far of each figure. */
  readonly changes: readonly Change[];
}

/** What a comparison found. */
export interface Comparison {
  /** `unclear`: some figure's interval is too wide, and none is worse. */
  readonly verdict: 'worse' | 'not-worse' | 'unclear';
  /** How each figure has changed. */
  readonly changes: readonly Change[];
  /** Typical figures of the baseline. */
  readonly baseline: Typical;
  /** Typical figures of the candidate. */
  readonly candidate: Typical;
  /** Figures without a measurement, and why there is none. */
  readonly missing: Readonly<Partial<Record<Figure, string>>>;
  /** When the comparison began, in ISO 8601. */
  readonly startedAt: string;
  /** Milliseconds that it lasted. */
  readonly durationMs: number;
  /** Requests per second to each version. */
  readonly rate: number;
  /** Seed of the arrivals and of the order of measurements. */
  readonly seed: number;
  /** Pairs of measurements; each from processes of its own, where versions were started. */
  readonly pairs: number;
  /** Short measurements that the pairs are made of. */
  readonly slices: number;
  /** Slices without latency and goodput, because the load generator was late. */
  readonly laggedSlices: number;
  /** Both versions were started anew for each pair. */
  readonly hasFreshProcesses: boolean;
  /** Abbreviated hash of the commit that the baseline's `ref` is. */
  readonly baselineCommit: string | undefined;
  /** On which cores servers and load ran. */
  readonly cores: string;
}
