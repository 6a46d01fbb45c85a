// Handlers as undici had them until version 6, and still takes them in version 7.

/** Names and values in turn, as bytes; a field that occurs several times may be a list. */
export type RawHeaders = readonly (Buffer | readonly Buffer[])[];

export interface LegacyHandler {
  onConnect?(abort: (reason?: Error) => void, context?: unknown): void;
  onResponseStarted?(): void;
  /** Returning false pauses the body, until `resume()`. */
  onHeaders?(
    statusCode: number,
    headers: RawHeaders,
    resume: () => void,
    statusText?: string,
  ): boolean | undefined;
  onData?(chunk: Buffer): boolean | undefined;
  onComplete?(trailers: RawHeaders): void;
  onError?(error: Error): void;
  onBodySent?(chunk: unknown): void;
  onRequestSent?(): void;
}
