// How an attempt of node:http ended.
import type { ClientRequest, IncomingMessage } from 'node:http';
import { outcomeOfError } from '../failure.ts';
import { type Outcome, outcomeOfResponse } from '../outcome.ts';
import { MAX_DISCARDED_BYTES } from '../request.ts';

export function outcomeOfMessage({ statusCode = 0, headers }: IncomingMessage, tookMs: number): Outcome {
  return outcomeOfResponse(statusCode, fieldOf, headers, tookMs);
}

function fieldOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** An error that the caller has not brought about by `request.destroy()`. */
export function outcomeOfFailure(request: ClientRequest, error: unknown): Outcome {
  return wasClosedHere(request) ? { kind: 'withdrawn' } : outcomeOfError(error, false);
}

/** The program has destroyed the connection, by `agent.destroy()` for example: it says nothing about the peer, and is not to be repeated. */
function wasClosedHere({ socket }: ClientRequest): boolean {
  if (socket === null || !socket.destroyed) return false;
  return !socket.readableEnded && (socket as { readonly errored?: Error | null }).errored === null;
}

/** Disposes of a response that is not wanted, so that its connection is free for others. */
export function discardMessage(response: IncomingMessage): void {
  if (Number(response.headers['content-length'] ?? Infinity) <= MAX_DISCARDED_BYTES) response.resume();
  else response.destroy();
}

/** The error of a request that `AbortSignal.timeout()` has ended names it as its cause. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'TimeoutError' || (error.cause instanceof Error && error.cause.name === 'TimeoutError')
  );
}

/** What node:http gives the caller of a request that was destroyed without a reason. */
export function hangUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
