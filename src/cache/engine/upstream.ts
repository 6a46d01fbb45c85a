// Sends requests to origins, and has back-off learn from how that ends.
import type { ResolvedCacheOptions } from '../options.ts';
import type { ArrivedResponse } from '../policy/admit.ts';
import type { Fields } from '../../http/fields.ts';
import type { BackOff } from './back-off.ts';
import type { Flight } from './flight.ts';
import type { OriginResponse } from './origin.ts';
import { retryAfterMs } from '../../http/retry-after.ts';

export type Arrived = ArrivedResponse & OriginResponse;

export class Upstream {
  readonly #options: ResolvedCacheOptions;
  readonly #backOff: BackOff;
  readonly #steadyNow: () => number;

  constructor(options: ResolvedCacheOptions, backOff: BackOff, steadyNow: () => number) {
    this.#options = options;
    this.#backOff = backOff;
    this.#steadyNow = steadyNow;
  }

  async send({ request, origin, signal }: Flight, fields: Fields): Promise<Arrived> {
    signal.throwIfAborted();
    const requestedAt = this.#options.now();
    this.#backOff.sent(request);
    try {
      const response = await origin.send(fields, signal);
      const respondedAt = this.#options.now();
      const pauseMs = retryAfterMs(response.fields['retry-after'], respondedAt);
      this.#backOff.answered(request, response.status, pauseMs, this.#steadyNow());
      if (signal.aborted) {
        // Too late for everybody, and no other caller will let go of it.
        void response.body?.cancel(signal.reason).catch(ignore);
        throw signal.reason;
      }
      return { ...response, requestedAt, respondedAt };
    } catch (error) {
      if (!signal.aborted && !origin.isLocal && isTransportFailure(error))
        this.#backOff.failed(request, this.#steadyNow());
      throw error;
    } finally {
      this.#backOff.settled(request);
    }
  }

  /** The body of an answer has broken off. */
  brokeOff({ request, origin, signal }: Flight, error: unknown): void {
    if (!signal.aborted && !origin.isLocal && isTransportFailure(error))
      this.#backOff.brokeOff(request, this.#steadyNow());
  }
}

/** Codes of undici that say something about a connection; its others are about what the caller wants. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Errors of TLS and of the HTTP parser. */
const OF_PROTOCOLS = /^(?:HPE_|CERT_|ERR_TLS_|ERR_SSL_|ERR_HTTP2_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Whether the origin, or the way to it, is what a request failed by, and not what its caller asked for: a redirect that the caller
 * forbids, a field that can't be sent, a signal. `fetch` wraps the error that tells.
 */
export function isTransportFailure(error: unknown): boolean {
  // As deep as anything wraps: fetch, a connection by several addresses, one of them.
  for (let depth = 0, inner = error; depth < 4 && inner instanceof Error; depth += 1) {
    const { code, syscall } = inner as NodeJS.ErrnoException;
    if (
      syscall !== undefined ||
      (code !== undefined && (OF_CONNECTIONS.has(code) || OF_PROTOCOLS.test(code)))
    )
      return true;
    if (code !== undefined && /^E[A-Z]{2,}$/.test(code)) return true;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return false;
}

function ignore(): void {}
