import type { ClientRequest, IncomingMessage } from 'node:http';
import { failure } from './channel.ts';
import type { Failure } from './queue.ts';

/** Of an answer's body nothing is wanted; so much is read so that the other side may end its sentence. */
const MOST_BODY_BYTES = 64 * 1024;
/** A receiver that asks for more patience is tried again sooner all the same. */
const MOST_PATIENCE_MS = 60_000;
/** Statuses that say "later" (RFC 9110, RFC 8470, RFC 6585); of the others below 500 each try would get the same. */
const WORTH_ANOTHER_TRY: ReadonlySet<number> = new Set([408, 425, 429]);

/** What is posted, and where. */
export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** One POST over a connection of its own. Redirects are not followed: they would take the headers elsewhere. Never rejects. */
export async function post(
  { url, headers, body, timeoutMs }: Post,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { promise, resolve } = Promise.withResolvers<Failure | undefined>();
  let request: ClientRequest | undefined;
  try {
    request = begin(new URL(url), headers, body, AbortSignal.any([signal, timeout]));
  } catch (error) {
    return failure(reasonOf(error), true);
  }
  request.on('error', (error) => {
    resolve(failure(timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error)));
  });
  request.once('response', (response) => {
    resolve(judge(response));
    ignoreBody(response);
  });
  request.end(body);
  return promise;
}

function begin(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): ClientRequest {
  // Importing node:http reads each of its exports, WebSocket too, which loads undici: 36 ms instead of 1.
  const { request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const begun = request(url, {
    method: 'POST',
    agent: false,
    signal,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'respite',
      ...headers,
      'content-length': Buffer.byteLength(body),
    },
  });
  // A message under way keeps no process alive: the end waits for it as long as it means to.
  begun.once('socket', (socket) => socket.unref());
  return begun;
}

function judge({ statusCode = 0, headers }: IncomingMessage): Failure | undefined {
  if (statusCode >= 200 && statusCode < 300) return undefined;
  if (statusCode >= 300 && statusCode < 400)
    return failure(`status ${statusCode}: redirects are not followed`, true);
  const hopeless = statusCode < 500 && !WORTH_ANOTHER_TRY.has(statusCode);
  const seconds = /^\d{1,6}$/.test(headers['retry-after'] ?? '') ? Number(headers['retry-after']) : 0;
  return failure(`status ${statusCode}`, hopeless, Math.min(seconds * 1000, MOST_PATIENCE_MS));
}

function ignoreBody(response: IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) response.destroy();
  });
}

/** The code of an error of the network: its message may hold the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'AbortError') return 'given up';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
