import type { DispatchController, DispatchHandler, DispatchHeaders } from '../../../core/dispatch-shapes.ts';
import type { LegacyHandler, RawHeaders } from './legacy-shapes.ts';
import { toRawHeaders } from './raw-headers.ts';

interface RawController extends DispatchController {
  readonly rawHeaders?: unknown;
  readonly rawTrailers?: unknown;
}

/** The caller's handler, in the shape of undici 7 and later; undefined for what is no handler, which is for undici to refuse. */
export function callerHandler(handler: unknown): DispatchHandler | undefined {
  if (typeof handler !== 'object' || handler === null) return undefined;
  if (typeof (handler as DispatchHandler).onRequestStart === 'function') return handler;
  return typeof (handler as LegacyHandler).onConnect === 'function' ? new CallerHandler(handler) : undefined;
}

/** Passes a response on to a handler of the older shape. */
class CallerHandler implements DispatchHandler {
  readonly #handler: LegacyHandler;

  constructor(handler: LegacyHandler) {
    this.#handler = handler;
  }

  onRequestStart(controller: DispatchController, context: unknown): void {
    this.#handler.onConnect?.((reason) => {
      controller.abort(reason ?? aborted());
    }, context);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: RawController,
    statusCode: number,
    headers: DispatchHeaders,
    statusMessage?: string,
  ): void {
    const raw = rawOf(controller.rawHeaders, headers);
    const resume = (): void => {
      controller.resume();
    };
    if (this.#handler.onHeaders?.(statusCode, raw, resume, statusMessage) === false) controller.pause();
  }

  onResponseData(controller: DispatchController, chunk: Buffer): void {
    if (this.#handler.onData?.(chunk) === false) controller.pause();
  }

  onResponseEnd(controller: RawController, trailers: DispatchHeaders): void {
    this.#handler.onComplete?.(rawOf(controller.rawTrailers, trailers));
  }

  onResponseError(_controller: DispatchController, error: Error): void {
    this.#handler.onError?.(error);
  }

  onBodySent(chunk: unknown): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }
}

function rawOf(raw: unknown, headers: DispatchHeaders): RawHeaders {
  return Array.isArray(raw) ? (raw as RawHeaders) : toRawHeaders(headers);
}

/** As undici's own, for handlers that abort without a reason. */
function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError', code: 'UND_ERR_ABORTED' });
}
