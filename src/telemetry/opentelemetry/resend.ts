// The attribute of OpenTelemetry's semantic conventions by which spans of repeated requests are known.

/** Header field by which the client numbers its attempts. */
const ATTEMPT = 'respite-attempt';

/** A request as instrumentations show it: undici's has names and values in turn or as text, that of node:http an object. */
interface OutboundRequest {
  readonly headers?: unknown;
}

/**
 * Attributes of the span of one attempt of `respite/client`, for a hook of OpenTelemetry's own instrumentations:
 * `new UndiciInstrumentation({ startSpanHook: resendAttributes })`. A first attempt has none.
 *
 * @example
 * ```ts
 * import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
 * import { resendAttributes } from 'respite/opentelemetry';
 *
 * new UndiciInstrumentation({ startSpanHook: resendAttributes });
 * ```
 */
export function resendAttributes({ headers }: OutboundRequest): Record<string, number> {
  const attempt = Number(attemptOf(headers));
  return attempt > 1 ? { 'http.request.resend_count': attempt - 1 } : {};
}

function attemptOf(headers: unknown): unknown {
  if (typeof headers === 'string') return /^respite-attempt: *(\d+)/im.exec(headers)?.[1];
  if (Array.isArray(headers)) {
    const at = headers.findIndex((name, i) => i % 2 === 0 && String(name).toLowerCase() === ATTEMPT);
    return at === -1 ? undefined : headers[at + 1];
  }
  return (headers as Readonly<Record<string, unknown>> | undefined)?.[ATTEMPT];
}
