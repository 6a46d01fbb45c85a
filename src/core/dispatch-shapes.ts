// The shapes of undici's dispatchers (version 7 and later), written down here so that undici is not needed.

/** What undici calls headers of a response. */
export type DispatchHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A request under way, in the hands of who gets the response. */
export interface DispatchController {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** Gets a response piece by piece (undici 7 and later). */
export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, context: unknown): void;
  onResponseStart?(
    controller: DispatchController,
    statusCode: number,
    headers: DispatchHeaders,
    statusMessage?: string,
  ): void;
  onResponseData?(controller: DispatchController, chunk: Buffer): void;
  onResponseEnd?(controller: DispatchController, trailers: DispatchHeaders): void;
  onResponseError?(controller: DispatchController, error: Error): void;
  /** Not documented by undici; `fetch` takes its timings from these. */
  onResponseStarted?(): void;
  onBodySent?(chunk: unknown): void;
  onRequestSent?(): void;
}

/** The parts of a request that the cache and the client read; the others are passed on. */
export interface DispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly query?: Record<string, unknown> | null | undefined;
  readonly upgrade?: boolean | string | null | undefined;
  readonly idempotent?: boolean | undefined;
}

/** Sends a request; undici's `dispatch`. */
export type Dispatch = (options: DispatchOptions, handler: DispatchHandler) => boolean;

/** For `dispatcher.compose(…)`: gives back a function of the same type, whichever version of undici it is of. */
export type DispatchInterceptor = <D extends (options: never, handler: never) => boolean>(dispatch: D) => D;
