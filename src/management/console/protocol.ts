// What the supervisor and the page tell each other. Imports nothing: it belongs to both sides.

/** How it is, in one word. `leaving`: it leaves the load balancer and still serves. */
export type Level = 'well' | 'refusing' | 'healing' | 'down' | 'starting' | 'leaving';

export interface Verdict {
  readonly level: Level;
  /** A few words. */
  readonly title: string;
  /** A sentence or two; may be empty. */
  readonly detail: string;
}

export interface ShownWorker {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  readonly state: string;
  readonly startedAtMs: number;
  readonly restarts: number;
  /** What is not known is missing. */
  readonly loopUtilization?: number | undefined;
  readonly loopDelayMs?: number | undefined;
  readonly rssBytes?: number | undefined;
  readonly heapBytes?: number | undefined;
  readonly inFlight?: number | undefined;
  readonly limit?: number | undefined;
}

export interface ShownHealth {
  readonly status: string;
  readonly components?: Readonly<Record<string, ShownHealth>> | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export interface ShownIncident {
  readonly id: string;
  readonly cause: string;
  readonly summary: string;
  /** 0 when it concerns none in particular. */
  readonly worker: number;
  readonly openedAtMs: number;
  readonly endedAtMs?: number | undefined;
  readonly outcome?: string | undefined;
}

/** Requests that are shed because requests like them have ended several workers. */
export interface ShownQuarantine {
  readonly id: string;
  /** Whose requests: `request`, `caller` or `everyone`. */
  readonly scope: string;
  /** Method and route; empty for those who may not see it. */
  readonly name: string;
  readonly deaths: number;
  readonly sinceMs: number;
  /** When one is let through. */
  readonly probeAtMs: number;
}

/** Calls of the workers to one origin. Rates and means are of the last ten seconds; what is not known is missing. */
export interface ShownOrigin {
  /** Cut to 100 characters. */
  readonly origin: string;
  /** Requests that have ended, a second. */
  readonly perSecond?: number | undefined;
  /** Share of them that were answered with a 5xx, or not at all. */
  readonly failedShare?: number | undefined;
  /** Mean time to the headers of the response, or to the failure, in ms. */
  readonly meanMs?: number | undefined;
  /** Requests without a response yet, and those of them that have waited for longer than a second. */
  readonly inFlight: number;
  readonly waiting: number;
  /** Missing where no policies apply, as the state is; in a dry run, what would have been. */
  readonly retriesPerSecond?: number | undefined;
  readonly heldBackPerSecond?: number | undefined;
  readonly state?: ShownPeerState | undefined;
  readonly isDryRun: boolean;
}

/** The worst state in which a client of a worker is towards an origin. */
export interface ShownPeerState {
  /** `open`, `half-open`, `holding-back`, `throttled` or `closed`. */
  readonly name: string;
  /** How many of the clients are in it. */
  readonly count: number;
  readonly of: number;
}

export interface ShownOutbound {
  /** The busiest ones, in alphabetical order. */
  readonly origins: readonly ShownOrigin[];
  /** Origins beyond these. */
  readonly more: number;
}

/** Event `state`, once a second. */
export interface ShownState {
  readonly nowMs: number;
  readonly version: string;
  readonly script: string;
  readonly instance: string;
  readonly startedAtMs: number;
  readonly dryRun: boolean;
  readonly restarting: boolean;
  /** May act, and sees all. */
  readonly isAuthenticated: boolean;
  readonly verdict: Verdict;
  /** What the instance is fullest of; missing while no worker says. */
  readonly fullestResource?: string | undefined;
  /** The capacity over the peak of 24 hours; missing while it is not known. */
  readonly headroomRatio?: number | undefined;
  readonly workersWanted: number;
  readonly workers: readonly ShownWorker[];
  readonly health: ShownHealth;
  /** Of this run, oldest first. */
  readonly incidents: readonly ShownIncident[];
  readonly quarantines: readonly ShownQuarantine[];
  /** Requests that hints have put into a lower class, by hint, in the workers that run. */
  readonly guessed: Readonly<Record<string, number>>;
  /** Missing while the workers make no calls, and for callers without authentication. */
  readonly outbound?: ShownOutbound | undefined;
}

/**
 * Event `moments`, with the id from which to go on. A curve is an array, or one value when it is the same at all moments; null is
 * what is not known.
 */
export interface Moments {
  /** The number of the first of them; the page has all before it, unless this is where it has to begin anew. */
  readonly from: number;
  readonly isFresh: boolean;
  /** When the first was, and of each the milliseconds since then. */
  readonly firstAtMs: number;
  readonly sinceMs: readonly number[];
  readonly curves: Readonly<Record<string, readonly (number | null)[] | number | null>>;
}
