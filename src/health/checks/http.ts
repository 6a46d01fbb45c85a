import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Finding, HealthCheck, PeerOptions } from '../check.ts';

/** What to ask, and what is a good answer. */
export interface HttpOptions extends PeerOptions {
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | undefined;
  /** Headers of the request, such as `Authorization`. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Statuses that mean up. Default 200 to 299. */
  readonly expect?: readonly number[] | ((status: number) => boolean) | undefined;
  /** Redirects to follow; more are down, as is any by default: a login page answers 200. Default 0. */
  readonly redirects?: number | undefined;
}

/**
 * Asks a server over HTTP, on a connection of its own: a kept one would not notice that the server accepts no new connections.
 *
 * @example
 * ```ts
 * import { health, http } from 'respite/health';
 *
 * health.add('search', { check: http('http://search:9200/_cluster/health') });
 * ```
 */
export function http(url: string | URL, options: HttpOptions = {}): HealthCheck {
  const target = new URL(url);
  const { expect = isSuccess } = options;
  const isExpected = (status: number): boolean =>
    typeof expect === 'function' ? expect(status) : expect.includes(status);
  return {
    peer: options.peer ?? `${target.hostname}:${portOf(target)}`,
    local: false,
    run: async (signal): Promise<Finding> => {
      let to = target;
      for (let left = options.redirects ?? 0; ; left -= 1) {
        const response = await ask(to, options, signal);
        const status = response.statusCode ?? 0;
        if (isExpected(status)) return { details: { status } };
        const { location } = response.headers;
        if (status < 300 || status > 399 || location === undefined) throw new Error(`answered ${status}`);
        if (left <= 0) throw new Error(`answered ${status}: a redirect`);
        to = redirected(to, location);
      }
    },
  };
}

/** Not fetch: its code is loaded at the first call, which blocks the event loop for longer than a probe may wait. */
async function ask(url: URL, options: HttpOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } =
    url.protocol === 'https:'
      ? process.getBuiltinModule('node:https')
      : process.getBuiltinModule('node:http');
  const headers: OutgoingHttpHeaders = { 'User-Agent': 'respite-health', Accept: '*/*', ...options.headers };
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method: options.method ?? 'GET', headers, agent: false, signal });
    sent.once('response', (response) => {
      // The status says it all; a body may be long.
      response.on('error', () => {});
      response.destroy();
      resolve(response);
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Headers may hold secrets: they go to no other host, and not in clear text where they went encrypted. */
export function redirected(from: URL, location: string): URL {
  const to = new URL(location, from);
  const isEncrypted = to.protocol === 'https:';
  if (to.host === from.host && (isEncrypted || to.protocol === from.protocol)) return to;
  if (to.host === from.host) throw new Error(`redirects from ${from.protocol} to ${to.protocol}`);
  throw new Error(`redirects to another host, ${to.host}`);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
