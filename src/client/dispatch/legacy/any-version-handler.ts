import type { DispatchController, DispatchHandler, DispatchHeaders } from '../../../core/dispatch-shapes.ts';
import type { LegacyHandler, RawHeaders } from './legacy-shapes.ts';
import { parseRawHeaders } from './raw-headers.ts';

/** A handler for undici of any version: it has the methods of both shapes, and each version calls those that it knows. */
export class AnyVersionHandler implements DispatchHandler, LegacyHandler {
  readonly #handler: DispatchHandler;
  readonly #controller = new LegacyController();

  constructor(handler: DispatchHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: DispatchController,
    statusCode: number,
    headers: DispatchHeaders,
    statusMessage?: string,
  ): void {
    this.#handler.onResponseStart?.(controller, statusCode, headers, statusMessage);
  }

  onResponseData(controller: DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: DispatchController, trailers: DispatchHeaders): void {
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onBodySent(chunk: unknown): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }

  onConnect(abort: (reason?: Error) => void, context?: unknown): void {
    this.#controller.connect(abort);
    this.#handler.onRequestStart?.(this.#controller, context);
  }

  onHeaders(
    statusCode: number,
    headers: RawHeaders,
    resume: () => void,
    statusText?: string,
  ): boolean | undefined {
    this.#controller.respond(headers, resume);
    this.#handler.onResponseStart?.(this.#controller, statusCode, parseRawHeaders(headers), statusText);
    return !this.#controller.paused;
  }

  onData(chunk: Buffer): boolean | undefined {
    this.#handler.onResponseData?.(this.#controller, chunk);
    return !this.#controller.paused;
  }

  onComplete(trailers: RawHeaders | null): void {
    this.#controller.rawTrailers = trailers ?? [];
    this.#handler.onResponseEnd?.(this.#controller, parseRawHeaders(trailers ?? []));
  }

  onError(error: Error): void {
    this.#handler.onResponseError?.(this.#controller, error);
  }
}

/** A request that undici up to version 6 has under way. */
class LegacyController implements DispatchController {
  #abort: ((reason?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  rawHeaders: RawHeaders | null = null;
  rawTrailers: RawHeaders | null = null;
  aborted = false;
  paused = false;
  reason: Error | null = null;

  connect(abort: (reason?: Error) => void): void {
    this.#abort = abort;
  }

  respond(rawHeaders: RawHeaders, resume: () => void): void {
    this.rawHeaders = rawHeaders;
    this.#resume = resume;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort?.(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#resume?.();
  }
}
