import type { IncomingMessage } from 'node:http';
import { processRedaction } from '../core/redact.ts';
import { authenticate, provesUser, isLoopbackAddress, type Reach, type Refusal } from './access.ts';
import { type Answer, refusal, send, type Streamed } from './answer.ts';
import { readBody, serveBounded, TIMEOUTS } from './connections.ts';
import type { Console } from './console/index.ts';
import { type BoundAddress, listen } from './listen.ts';
import { type ManagementAddress, showAddress } from './options.ts';
import { Startup } from './startup.ts';
import { findRoute, type Method, type RouteContext } from './routes.ts';
import { ReusedAnswers } from './reused-answers.ts';
import { Tries } from './tries.ts';

// Importing node:http reads each of its exports, WebSocket too, which loads undici: 36 ms instead of 1.
const { createServer } = process.getBuiltinModule('node:http');

/** What the management port shows and steers. */
export interface ManagementConfig extends Omit<
  RouteContext,
  | 'nowMs'
  | 'isAuthenticated'
  | 'mayRunCode'
  | 'query'
  | 'headers'
  | 'path'
  | 'console'
  | 'reused'
  | 'startup'
  | 'redact'
  | 'body'
> {
  readonly address: ManagementAddress;
  readonly token: string | undefined;
}

/** A management port that is open. */
export interface Management {
  /** `host:port` as bound, or `unix:/path`. */
  readonly address: string;
  /** Ends the port and every connection to it. */
  close(): Promise<void>;
}

/**
 * Opens the management port. Rejects with a `RespiteError`: `RESPITE_MANAGEMENT_ADDRESS_IN_USE` when a chosen address
 * is taken, `RESPITE_MANAGEMENT_LISTEN_FAILED` when it cannot be listened on for another reason.
 */
export async function startManagement(config: ManagementConfig): Promise<Management> {
  const { address, token, log } = config;
  // Until it is known: the least trusted.
  let reach: Reach = 'network';
  const tries = new Tries();
  const redact = processRedaction().redact;
  const reused = new ReusedAnswers(() => performance.now());
  const startup = new Startup();
  let opened: Promise<Console> | undefined;
  // At the first request for it, not at the start of the server.
  const openConsole = async (): Promise<Console> => {
    opened ??= import('./console/index.ts').then((module) => new module.Console(config));
    try {
      return await opened;
    } catch (error) {
      // The package is being replaced: the next request finds it again.
      opened = undefined;
      throw error;
    }
  };
  const server = createServer(TIMEOUTS);
  serveBounded(server, (request, response) => {
    answer(request)
      .catch((error: unknown) => {
        log.error({ err: error, url: request.url }, 'the management port could not answer');
        return refusal(500, 'could not answer; the log says why');
      })
      .then((found) => {
        send(response, found, request.method !== 'HEAD');
      })
      .catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage): Promise<Answer | Streamed> {
    const { url = '/', method, headers, socket } = request;
    const [path = '/', search] = url.split('?', 2);
    const found = findRoute(path);
    if (found === undefined) return refusal(404, 'no such endpoint; GET / lists them');
    const { route, id } = found;
    const allowed = METHODS[route.method];
    if (method === undefined || !allowed.includes(method)) {
      return refusal(405, `this endpoint takes ${allowed.join(' and ')}`, { Allow: allowed.join(', ') });
    }
    const query = new URLSearchParams(search);
    const nowMs = Date.now();
    const asker = { address: socket.remoteAddress ?? '', tries, nowMs };
    const refused = authenticate(headers, { reach, token }, asker);
    if (refused !== undefined && (route.method === 'POST' || route.access === 'authenticated')) {
      const ticket = query.get('ticket');
      const isOpen = ticket !== null && ((await opened)?.redeem(ticket, path, nowMs) ?? false);
      if (!isOpen) return refusal(refused.status, refused.reason, headersOf(refused));
    }
    const isAuthenticated = refused === undefined;
    return await route.answer(
      {
        ...config,
        path,
        nowMs,
        query,
        headers,
        isAuthenticated,
        mayRunCode: isAuthenticated && provesUser({ reach, token }),
        console: openConsole,
        reused,
        startup,
        redact,
        body: async () => readBody(request),
      },
      id,
    );
  }

  const bound = await listen(server, address, log);
  // Out of file descriptors, for one: no reason to end the supervisor.
  server.on('error', (error) => {
    log.error({ err: error }, 'the management port could not accept a connection');
  });
  reach = reachOf(bound);
  const shown = showAddress(bound);
  log.info({ address: shown }, `management on ${'path' in bound ? '' : 'http://'}${shown}`);
  return {
    address: shown,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      (await opened)?.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function reachOf(bound: BoundAddress): Reach {
  if ('path' in bound) return 'socket';
  return isLoopbackAddress(bound.host) ? 'machine' : 'network';
}

function headersOf({ status, retryAfterSeconds }: Refusal): Readonly<Record<string, string>> {
  if (retryAfterSeconds !== undefined) return { 'Retry-After': String(retryAfterSeconds) };
  return status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
}

const METHODS: Readonly<Record<Method, readonly string[]>> = { GET: ['GET', 'HEAD'], POST: ['POST'] };
