// Sees the requests that the process makes with fetch, undici and node:http(s), the user's and those of libraries. Nothing of theirs is changed: Node.js
// and undici publish them on diagnostics channels.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { isUnsent } from '../core/attempts.ts';
import { showObserved } from './instruments.ts';
import { ObservedOrigins } from './observed-origins.ts';

/** A request of undici's, which the global fetch is made of, as far as it is read here. */
interface UndiciRequest {
  readonly origin?: string | URL | null;
  readonly method?: string;
  readonly upgrade?: unknown;
  readonly completed?: boolean;
  readonly aborted?: boolean;
}

/** A request of node:http or node:https. */
interface HttpRequest {
  readonly method?: string;
  readonly protocol?: string;
  readonly host?: string;
  readonly res?: object | null;
  readonly destroyed?: boolean;
  getHeader(name: string): unknown;
}

interface Message {
  readonly request: object;
  readonly response: { readonly statusCode?: number };
}

/** Observes from now on. Returns what ends that. */
export function observeOutbound(origins: ObservedOrigins = new ObservedOrigins()): () => void {
  const now = (): number => performance.now();
  const failed = (message: unknown): void => {
    origins.failed((message as Message).request, now());
  };
  const answered = (message: unknown): void => {
    const { request, response } = message as Message;
    origins.answered(request, response.statusCode ?? 0, now());
  };
  const byChannel: Readonly<Record<string, (message: unknown) => void>> = {
    'undici:request:create': (message) => {
      const { request } = message as { readonly request: UndiciRequest };
      const { origin, method, upgrade } = request;
      // Tunnels and upgrades have no response that ends.
      if (method === 'CONNECT' || (upgrade ?? false) !== false || (origin ?? '') === '') return;
      origins.began(request, origin instanceof URL ? origin.origin : String(origin), now());
    },
    'undici:request:headers': answered,
    'undici:request:error': failed,
    'http.client.request.start': (message) => {
      const { request } = message as { readonly request: HttpRequest };
      // It starts when its body is written; some servers have answered by then.
      if (request.method === 'CONNECT' || (request.res ?? null) !== null || isUnsent(request)) return;
      origins.began(request, originOf(request), now());
    },
    'http.client.response.finish': answered,
    'http.client.request.error': failed,
  };
  for (const [name, listener] of Object.entries(byChannel)) subscribe(name, listener);
  const hide = showObserved(() => origins.read(hasEnded, now()));
  return () => {
    for (const [name, listener] of Object.entries(byChannel)) unsubscribe(name, listener);
    hide();
  };
}

/** With the name that the request was made for. */
function originOf(request: HttpRequest): string {
  const host = request.getHeader('host');
  return `${request.protocol ?? 'http:'}//${typeof host === 'string' ? host : (request.host ?? '')}`;
}

/** Not every ending is published: a request can be destroyed without an error. */
function hasEnded(request: object): boolean {
  const { destroyed, completed, aborted } = request as Partial<HttpRequest & UndiciRequest>;
  return destroyed === true || completed === true || aborted === true;
}
