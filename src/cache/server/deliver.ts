// An answer on its way to the client of a server.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { headersFor } from '../dispatch/headers.ts';
import type { Answer } from '../engine/answer.ts';

/** Longer than what has been written already takes to come through. */
const FLUSH_AFTER_MS = 5;

/** Writes an answer, as fast as the client reads it. */
export async function deliver(res: ServerResponse, method: string, answer: Answer): Promise<void> {
  const { body } = answer;
  if (res.destroyed || res.writableEnded) {
    if (body instanceof ReadableStream) await body.cancel(new Error('the client has gone'));
    return;
  }
  const headers = headersFor(answer);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) res.setHeader(name, value);
  }
  res.statusCode = answer.status;
  // In HTTP/2 there are no words for it.
  if (answer.statusText !== '' && res.req.httpVersionMajor === 1) res.statusMessage = answer.statusText;
  if (body === null) res.end();
  else if (body instanceof ReadableStream) await follow(res, body);
  else {
    if (method !== 'HEAD' && !res.hasHeader('content-length'))
      res.setHeader('content-length', body.byteLength);
    res.end(body);
  }
}

async function follow(res: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> {
  // Headers go with the first bytes, but don't wait long for them: a stream of events may begin with nothing.
  const flushing = setTimeout(() => {
    if (!res.headersSent && !res.destroyed) res.flushHeaders();
  }, FLUSH_AFTER_MS);
  const leaving = new AbortController();
  const gone = once(res, 'close', { signal: leaving.signal }).catch(() => {});
  try {
    for await (const chunk of body) {
      if (res.destroyed) return;
      if (!res.write(chunk)) await Promise.race([once(res, 'drain', { signal: leaving.signal }), gone]);
    }
    res.end();
  } catch (error) {
    // What the client has got is not all of it, and it must see that.
    res.destroy(error as Error);
  } finally {
    clearTimeout(flushing);
    leaving.abort();
  }
}
