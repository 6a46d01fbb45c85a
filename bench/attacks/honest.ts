// Honest clients: a new connection for each request, at a steady rate, whatever became of those before.
import http from 'node:http';
import http2 from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../lib/statistics.ts';
import type { Attack } from './attacks.ts';

export const RATE_PER_SECOND = 50;
/** A client that has no answer by then has not been served. */
export const PATIENCE_MS = 2000;
const UPLOAD = 'u'.repeat(100);

export interface Served {
  readonly requests: number;
  readonly served: number;
  readonly p99Ms: number;
  /** Answers by status, and failures by code. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export async function honest(port: number, attack: Attack, seconds: number): Promise<Served> {
  const ask = attack.http2 === true ? askHttp2 : askHttp1;
  const outcomes: Record<string, number> = {};
  const latenciesMs: number[] = [];
  const asked: Promise<void>[] = [];
  const startMs = performance.now();
  for (let sent = 0; sent < seconds * RATE_PER_SECOND; sent += 1) {
    const waitMs = startMs + (sent * 1000) / RATE_PER_SECOND - performance.now();
    if (waitMs > 0) await delay(waitMs);
    const sentMs = performance.now();
    asked.push(
      ask(port, attack.honest === 'POST').then((outcome) => {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (outcome === '200') latenciesMs.push(performance.now() - sentMs);
      }),
    );
  }
  await Promise.all(asked);
  return {
    requests: asked.length,
    served: latenciesMs.length,
    p99Ms: quantile(latenciesMs, 0.99),
    outcomes,
  };
}

async function askHttp1(port: number, uploads: boolean): Promise<string> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const method = uploads ? 'POST' : 'GET';
    const headers = uploads ? { 'content-length': UPLOAD.length } : {};
    const request = http.request({ host: '127.0.0.1', port, method, headers, agent: false, signal });
    request.on('response', (response) => {
      response.on('error', () => resolve('cut'));
      response.resume().on('end', () => resolve(String(response.statusCode)));
    });
    request.on('error', ({ code, name }: NodeJS.ErrnoException) => resolve(code ?? name));
    request.end(uploads ? UPLOAD : undefined);
  });
}

async function askHttp2(port: number): Promise<string> {
  return new Promise((resolve) => {
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const timer = setTimeout(() => end('ABORT_ERR'), PATIENCE_MS);
    const end = (outcome: string): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(outcome);
    };
    session.on('error', ({ code, name }: NodeJS.ErrnoException) => end(code ?? name));
    const stream = session.request({ ':path': '/' });
    let status = 'closed';
    stream.on('response', (headers) => (status = String(headers[':status'])));
    stream.on('error', ({ code, name }: NodeJS.ErrnoException) => end(code ?? name));
    stream.resume().on('end', () => end(status));
  });
}
