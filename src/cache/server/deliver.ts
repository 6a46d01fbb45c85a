// An answer on its way to the client of a server.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { headersFor } from '../dispatch/headers.ts';
import type { Answer } from '../engine/answer.ts';

/** Longer than what has been written already takes to come through. */
const FLUSH_AFTER_MS = 5;

/** The way to a client, which need not be that of the handler. */
export interface ToClient {
  /** Nothing more can be written. */
  isOver(): boolean;
  setHeader(name: string, value: string | string[]): void;
  /** False if the client should be waited for. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: Uint8Array): void;
  /** Sends the headers, unless they have been sent. */
  flush(): void;
  destroy(error: Error): void;
}

/** Where no handler has a part in it. */
export function directly(res: ServerResponse): ToClient {
  return {
    isOver: () => res.destroyed || res.writableEnded,
    setHeader: (name, value) => {
      res.setHeader(name, value);
    },
    write: (chunk) => res.write(chunk),
    end: (chunk) => {
      res.end(chunk);
    },
    flush: () => {
      if (!res.headersSent) res.flushHeaders();
    },
    destroy: (error) => {
      res.destroy(error);
    },
  };
}

/** Writes an answer, as fast as the client reads it. */
export async function deliver(
  res: ServerResponse,
  method: string,
  answer: Answer,
  client: ToClient,
): Promise<void> {
  const { body } = answer;
  if (client.isOver()) {
    if (body instanceof ReadableStream) await body.cancel(new Error('the client has gone'));
    return;
  }
  const headers = headersFor(answer);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) client.setHeader(name, value);
  }
  res.statusCode = answer.status;
  // In HTTP/2 there are no words for it.
  if (answer.statusText !== '' && res.req.httpVersionMajor === 1) res.statusMessage = answer.statusText;
  if (body === null) client.end();
  else if (body instanceof ReadableStream) await follow(res, body, client);
  else {
    if (method !== 'HEAD' && !res.hasHeader('content-length'))
      client.setHeader('content-length', String(body.byteLength));
    client.end(body);
  }
}

async function follow(
  res: ServerResponse,
  body: ReadableStream<Uint8Array>,
  client: ToClient,
): Promise<void> {
  // Headers go with the first bytes, but don't wait long for them: a stream of events may begin with nothing.
  const flushing = setTimeout(() => {
    if (!client.isOver()) client.flush();
  }, FLUSH_AFTER_MS);
  const leaving = new AbortController();
  const gone = once(res, 'close', { signal: leaving.signal }).catch(() => {});
  try {
    for await (const chunk of body) {
      let isFull = !client.write(chunk);
      while (isFull && !res.destroyed) {
        await Promise.race([once(res, 'drain', { signal: leaving.signal }), gone]);
        // The handler hears `drain` by the same response, when there is room for what it writes.
        isFull = res.writableNeedDrain;
      }
      if (res.destroyed) return;
    }
    client.end();
  } catch (error) {
    // What the client has got is not all of it, and it must see that.
    client.destroy(error as Error);
  } finally {
    clearTimeout(flushing);
    leaving.abort();
  }
}
