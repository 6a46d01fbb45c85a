// Requests that a new worker makes to its own server before it accepts connections: code is compiled and caches are filled before a
// client waits for it. They come over a connection in memory, so no socket is involved and no other worker can get them.
import type { Server } from 'node:net';
import { duplexPair } from 'node:stream';

/** Progress of a long warm-up, or a request of it that failed. */
export interface WarmUpNews {
  readonly done: number;
  readonly of: number;
  readonly tookMs: number;
  /** Undefined when it only takes long. */
  readonly failure: string | undefined;
}

interface WarmUpConfig {
  /** `GET /path`, one after the other. */
  readonly requests: readonly string[];
  /** Maximum time for all, in ms; the rest is left out. */
  readonly timeoutMs: number;
  readonly onNews: (news: WarmUpNews) => void;
  /** The worker is to accept now. */
  readonly signal: AbortSignal;
}

/** Maximum time for one request, in ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** A warm-up that takes longer than this is logged, and then this often, in ms. */
const NEWS_EVERY_MS = 2000;

/** Servers of node:http take connections by this event, those of node:https by the other one, after TLS. */
function connectionEvent(server: Server): 'connection' | 'secureConnection' {
  return 'setSecureContext' in server ? 'secureConnection' : 'connection';
}

/** Whether a server can be warmed up: it speaks HTTP/1. */
export function canWarmUp(server: Server): boolean {
  return 'closeIdleConnections' in server;
}

/** Makes the requests. Resolves when that is over, whatever came of it; never rejects. */
export async function warmUp(server: Server, config: WarmUpConfig): Promise<void> {
  const { requests, timeoutMs, onNews, signal } = config;
  const startedMs = performance.now();
  let toldMs = startedMs;
  for (const [done, request] of requests.entries()) {
    if (signal.aborted) return;
    const tookMs = performance.now() - startedMs;
    const of = requests.length;
    if (tookMs >= timeoutMs) {
      onNews({ done, of, tookMs, failure: `no time is left for ${of - done} requests` });
      return;
    }
    const limitMs = Math.min(REQUEST_TIMEOUT_MS, timeoutMs - tookMs);
    const failure = await ask(server, request, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
    const nowMs = performance.now();
    const isLong = nowMs - toldMs >= NEWS_EVERY_MS;
    if (signal.aborted || (failure === undefined && !isLong)) continue;
    toldMs = nowMs;
    onNews({ done: done + 1, of, tookMs: nowMs - startedMs, failure });
  }
}

/** @returns Why it failed; undefined when it did not. */
async function ask(server: Server, request: string, signal: AbortSignal): Promise<string | undefined> {
  const [client, serverSide] = duplexPair();
  const startedMs = performance.now();
  // The timer of an abort signal keeps no process alive, nor does a connection in memory; a worker that is held back is kept alive.
  const end = (): void => void client.destroy();
  signal.addEventListener('abort', end);
  client.on('error', () => {});
  serverSide.on('error', () => {});
  // Node.js 22 doesn't tell the other side. By then all that was written has been read.
  serverSide.on('close', () => setImmediate(end));
  let head = '';
  try {
    server.emit(connectionEvent(server), serverSide);
    client.write(
      `${request} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: respite-warm-up\r\nConnection: close\r\n\r\n`,
    );
    for await (const chunk of client as AsyncIterable<Buffer>) {
      if (head.length < 20) head += chunk.toString('latin1');
    }
  } catch {
    // Told below: it had no time, or no answer.
  } finally {
    signal.removeEventListener('abort', end);
    client.destroy();
    serverSide.destroy();
  }
  const tookSeconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (signal.aborted) return `${request} had no whole answer after ${tookSeconds} s`;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  if (status === 0) return `${request} had no answer`;
  return status >= 500 ? `${request} was answered with ${status}` : undefined;
}
