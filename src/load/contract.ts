// What a load run takes and what it answers: the one vocabulary of `respite load`, `tune`, `drill` and tests.

import type { LikeOptions } from './shape/contract.ts';

/** A kind of request, and how often it comes. */
export interface RequestKind {
  /** Its share among the others of the mix, as a weight. Default: 1. */
  readonly weight?: number | undefined;
  /** Default: `GET`. */
  readonly method?: string | undefined;
  /** With its query, as it goes on the wire. Default: the path of the URL. */
  readonly path?: string | undefined;
  /** Added to the headers of the run. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body, or how many bytes to send. Default: none. */
  readonly body?: string | Uint8Array | number | undefined;
}

/** How the rate changes while the run lasts. */
export type RateProfile =
  /** The same rate throughout. */
  | number
  /** Linear from one rate to the other. */
  | { readonly from: number; readonly to: number }
  /** Rates one after another, each for the same time. */
  | readonly number[];

/** What to send, where, how fast and for how long. Only `url` has to be given. */
export interface LoadOptions {
  /** The target: `http:` or `https:`. */
  readonly url: string | URL;
  /**
   * Requests at the times, of the routes and of the sizes of a recorded shape, instead of `rate` and `mix`. A run that is longer than the shape
   * begins it anew; the default duration is that of the shape.
   */
  readonly like?: LikeOptions | undefined;
  /** Requests per second, by their intended start. Default: 50. */
  readonly rate?: RateProfile | undefined;
  /** Milliseconds over which requests start. Default: 10,000, or the duration of the shape. */
  readonly durationMs?: number | undefined;
  /** Default: one GET of the URL. */
  readonly mix?: readonly RequestKind[] | undefined;
  /** Sent with every request. Default: none but `Host` and `User-Agent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: `http/1.1`. */
  readonly protocol?: 'http/1.1' | 'h2' | undefined;
  /** Maximum kept-alive connections; a request that finds none free waits, and the wait counts. Default: 100. */
  readonly connections?: number | undefined;
  /** A new connection for each request instead of kept-alive ones. Default: false. */
  readonly newConnections?: boolean | undefined;
  /** Clients that read their responses slowly, each over a connection of its own. Default: none. */
  readonly slowReaders?: { readonly share: number; readonly bytesPerSecond: number } | undefined;
  /** Shares of the clients that repeat a refused request: after its `Retry-After`, and at once. Default: none repeats. */
  readonly retries?: { readonly obey?: number | undefined; readonly ignore?: number | undefined } | undefined;
  /** Milliseconds within which a response is of use to its client. Default: 1000. */
  readonly deadlineMs?: number | undefined;
  /** Milliseconds after which a client gives up a request and closes the connection. Default: 5000. */
  readonly timeoutMs?: number | undefined;
  /** The same seed, the same arrivals and the same mix. Default: a random one; the result holds it. */
  readonly seed?: number | undefined;
  /** Threads that the generator runs in; each needs a core. Default: 1. */
  readonly threads?: number | undefined;
  /** Maximum p99 of the generator's own lag in milliseconds; above it the run is invalid. Default: 1. */
  readonly maxLagMs?: number | undefined;
  /** Allows targets that are not on the loopback interface. Default: false. */
  readonly ownsTarget?: boolean | undefined;
  /** Accept any TLS certificate. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Ends the run early; `load` resolves with what was measured until then. */
  readonly signal?: AbortSignal | undefined;
  /** Called about once a second, with the second before the last one: most of its requests have ended. */
  readonly onProgress?: ((progress: LoadSecond) => void) | undefined;
}

/** Milliseconds from the intended start. All are 0 when `count` is. */
export interface LatencyFigures {
  /** Requests that were measured. */
  readonly count: number;
  /** Arithmetic mean, in milliseconds. */
  readonly meanMs: number;
  /** Median, in milliseconds. */
  readonly p50Ms: number;
  /** 90th percentile, in milliseconds. */
  readonly p90Ms: number;
  /** 99th percentile, in milliseconds. */
  readonly p99Ms: number;
  /** 99.9th percentile, in milliseconds. */
  readonly p999Ms: number;
  /** The slowest request, in milliseconds. */
  readonly maxMs: number;
}

/** A second of the run; the last one can be shorter. Requests count in the second in which they were due. */
export interface LoadSecond extends LoadCounts {
  /** Start of the second, in milliseconds from the start of the run. */
  readonly atMs: number;
  /** Median latency of what was served, in milliseconds. */
  readonly p50Ms: number;
  /** 99th percentile of it, in milliseconds. */
  readonly p99Ms: number;
}

/** Each request ends as one of four: `offered` is their sum, except while a second is still in progress. */
export interface LoadCounts {
  /** Requests that were due. Repeats are counted apart. */
  readonly offered: number;
  /** Served within the deadline, which counts from when the first attempt was due. */
  readonly good: number;
  /** Served, but after the deadline. */
  readonly late: number;
  /** 429, 503, and streams that an HTTP/2 server refused; the last answer, where the client repeated it. */
  readonly refused: number;
  /** Any other status of 400 and above, an error of the connection, or no response in time. */
  readonly failed: number;
}

/** The end of a run in which no request got a response, of whatever status. */
export interface Silence {
  /** When the last response arrived, in milliseconds from the start of the run; undefined without any. */
  readonly fromMs: number | undefined;
  /** Requests, one after the other, that ended without a response. */
  readonly requests: number;
}

/** What became of the requests of a run, and how long they took. */
export interface LoadResult extends LoadCounts {
  /** The target. */
  readonly url: string;
  /** The seed of arrivals and mix: given to `load` again, it repeats both. */
  readonly seed: number;
  /** When the run started, in ISO 8601. */
  readonly startedAt: string;
  /** Milliseconds over which requests started. */
  readonly durationMs: number;
  /** Milliseconds within which a response counted as `good`. */
  readonly deadlineMs: number;
  /** Requests that clients sent again after a refusal; `refusedBy` counts the refusals that they followed. */
  readonly repeats: number;
  /** Of what was served. Counts from the intended start of the first attempt; up to the response's head for slow readers. */
  readonly latency: LatencyFigures;
  /** From the start of the attempt that was refused. */
  readonly refusalLatency: LatencyFigures;
  /** By `Respite-Shed`, or by status where the header is missing. */
  readonly refusedBy: Readonly<Record<string, number>>;
  /** By status (`500`) or code (`ECONNRESET`, `TIMEOUT`, `CLOSED`). */
  readonly failedBy: Readonly<Record<string, number>>;
  /** HTTP/1.1: all bytes of responses; HTTP/2: those of their bodies. */
  readonly bytesReceived: number;
  /** Connections that were opened during the run. */
  readonly connectionsOpened: number;
  /** Requests that found every connection in use, and waited for one. */
  readonly waitedForConnection: number;
  /** Of the slow readers: those that got a response, and those whose connection the server closed before its end. */
  readonly slowReaders: { readonly served: number; readonly cutOff: number };
  /** How late the generator itself was. */
  readonly lag: LatencyFigures;
  /** Set when the generator was too late for its figures to be the server's: why. */
  readonly invalidBecause?: string | undefined;
  /** Set when the target answered nothing from some time on until the end of the run, or at no time. */
  readonly silence?: Silence | undefined;
  /** The run second by second. */
  readonly seconds: readonly LoadSecond[];
  /** `GET /path`: what became of each kind of the mix. */
  readonly kinds: Readonly<Record<string, LoadCounts & { readonly latency: LatencyFigures }>>;
  /** Buckets whose upper bound is 1.1 times the one before: upper bound in milliseconds, how many were served. */
  readonly histogram: readonly (readonly [upToMs: number, count: number])[];
}
