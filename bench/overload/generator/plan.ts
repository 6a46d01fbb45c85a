// What the generator is told and what it answers: one JSON text each way, because it is a process of its own.

/** The one request that a client of this kind makes, and how many of all requests are of this kind. */
export interface Kind {
  readonly name: string;
  /** Share of the requests; the shares of a plan add up to 1. */
  readonly share: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly bodyBytes: number;
}

/** How requests get their connection: one of their own, or a kept one that is idle. */
export type Connections = 'keep-alive' | 'new';

interface Common {
  readonly port: number;
  readonly kinds: readonly Kind[];
  readonly connections: Connections;
  readonly seed: number;
}

/** Each of these clients sends its next request when it has the answer. */
export interface ClosedPlan extends Common {
  readonly loop: 'closed';
  readonly clients: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface Phase {
  readonly ratePerSecond: number;
  readonly seconds: number;
}

/** Requests come when they are due, phase after phase, whatever became of those before. */
export interface OpenPlan extends Common {
  readonly loop: 'open';
  readonly phases: readonly Phase[];
  /** An answer later than this is of no use any more. */
  readonly deadlineMs: number;
  /** Then the client gives up and closes the connection. */
  readonly timeoutMs: number;
}

export type Plan = ClosedPlan | OpenPlan;

export interface ClosedResult {
  /** Answers a second by status, and errors by code. */
  readonly perSecond: Readonly<Record<string, number>>;
}

/** What became of a set of requests. Times count from when a request was due. */
export interface Tally {
  readonly offered: number;
  /** 200 within the deadline. */
  readonly good: number;
  /** 200 past the deadline. */
  readonly late: number;
  /** Answers other than 200, by status. */
  readonly refused: Readonly<Record<string, number>>;
  readonly timeouts: number;
  /** Connections that broke before the answer, by the error's code; `closed` when there was none. */
  readonly errors: Readonly<Record<string, number>>;
  /** Of the 200s, late ones too; null when there is none (JSON has no NaN). */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly refusedP99Ms: number | null;
}

export interface PhaseResult {
  readonly seconds: number;
  /**
   * 200s within the deadline, by when they came: what a flood leaves behind in queues is served after it, and would make
   * a server look better than its capacity. All other figures go by when a request was due.
   */
  readonly goodPerSecond: number;
  readonly all: Tally;
  readonly byKind: Readonly<Record<string, Tally>>;
}

/** The requests that were due in each stretch of `BIN_MS`, over all phases, and those of them that ended well. */
export interface Timeline {
  readonly offered: readonly number[];
  readonly good: readonly number[];
}

export interface OpenResult {
  readonly phases: readonly PhaseResult[];
  readonly timeline: Timeline;
  /** How late the generator noticed that a request was due. */
  readonly lagP99Ms: number;
  /** Share of its core's time that the generator had. It never sleeps, so that less than 1 means that others wanted it. */
  readonly coreShare: number;
  /** The most connections that were open at once. */
  readonly mostConnections: number;
}

export const BIN_MS = 100;
