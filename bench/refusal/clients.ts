// Clients that send a large body and are refused: what do they get to see?
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Client } from 'undici';

/** How the body is announced. */
export type Way = 'keep-alive' | 'close' | 'expect' | 'chunked';

export interface Seen {
  /** The final status; undefined when the client saw none. */
  readonly status: number | undefined;
  readonly afterMs: number | undefined;
  /** How the connection ended for the client. */
  readonly ending: string;
  /** What the client had handed to the kernel in the end; undefined where it does not say. */
  readonly sentBytes: number | undefined;
}

export type SendBody = (port: number, way: Way, bodyBytes: number) => Promise<Seen>;

const TIMEOUT_MS = 10_000;
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const FRAMED_CHUNK = Buffer.concat([
  Buffer.from(`${CHUNK.length.toString(16)}\r\n`),
  CHUNK,
  Buffer.from('\r\n'),
]);

/** Nothing but TCP: goes on writing as fast as the kernel takes it, whatever it receives, until it is done or cut off. */
export const overTcp: SendBody = async (port, way, bodyBytes) => {
  const startedMs = performance.now();
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  let received = '';
  let status: number | undefined;
  let afterMs: number | undefined;
  let writing = false;
  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    const chunk = way === 'chunked' ? FRAMED_CHUNK : CHUNK;
    for (let left = bodyBytes; left > 0 && !socket.destroyed; left -= CHUNK.length)
      await taken(socket, chunk);
    socket.end();
  };
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve('still open when we gave up'), TIMEOUT_MS);
  socket.once('connect', () => {
    socket.write(head(way, bodyBytes));
    if (way !== 'expect') void write();
  });
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1');
    if (/^HTTP\/1\.1 100 .*\r\n\r\n/.test(received)) {
      received = received.slice(received.indexOf('\r\n\r\n') + 4);
      void write();
    }
    status ??= statusOf(received);
    if (status !== undefined) afterMs ??= performance.now() - startedMs;
  });
  // Who waits for a 100 and sees the end instead is done.
  socket.once('end', () => {
    if (!writing) socket.end();
  });
  socket.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
  socket.once('close', () => resolve('closed in order'));
  const ending = await promise;
  clearTimeout(timer);
  socket.destroy();
  return { status, afterMs, ending, sentBytes: socket.bytesWritten };
};

export const withNodeHttp: SendBody = async (port, way, bodyBytes) => {
  const startedMs = performance.now();
  const agent = new http.Agent({ keepAlive: way !== 'close' });
  const headers = {
    ...(way === 'chunked' ? {} : { 'Content-Length': bodyBytes }),
    ...(way === 'expect' ? { Expect: '100-continue' } : {}),
    ...(way === 'close' ? { Connection: 'close' } : {}),
  };
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers });
  let status: number | undefined;
  let afterMs: number | undefined;
  const { promise, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve('still open when we gave up'), TIMEOUT_MS);
  const write = async (): Promise<void> => {
    for (let left = bodyBytes; left > 0 && !request.destroyed; left -= CHUNK.length)
      await taken(request, CHUNK);
    request.end();
  };
  let socket: Socket | undefined;
  request.once('socket', (assigned) => {
    socket = assigned;
  });
  request.once('response', (response) => {
    status = response.statusCode;
    afterMs = performance.now() - startedMs;
    response.once('error', () => {});
    response.once('end', () => resolve('response complete'));
    response.resume();
  });
  request.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
  request.once('close', () => resolve('closed in order'));
  if (way === 'expect') {
    request.once('continue', () => void write());
    request.flushHeaders();
  } else {
    void write();
  }
  const ending = await promise;
  clearTimeout(timer);
  request.destroy();
  agent.destroy();
  return { status, afterMs, ending, sentBytes: socket?.bytesWritten };
};

/** Has no Expect over HTTP/1. */
export const withUndici: SendBody = async (port, way, bodyBytes) => {
  const startedMs = performance.now();
  const client = new Client(`http://127.0.0.1:${port}`);
  try {
    const { statusCode, body } = await client.request({
      method: 'POST',
      path: '/',
      reset: way === 'close',
      body: way === 'chunked' ? Readable.from(chunks(bodyBytes)) : Buffer.alloc(bodyBytes, 'x'),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const afterMs = performance.now() - startedMs;
    const ending = await body.text().then(
      () => 'response complete',
      (error: unknown) => codeOf(error),
    );
    return { status: statusCode, afterMs, ending, sentBytes: undefined };
  } catch (error) {
    return { status: undefined, afterMs: undefined, ending: codeOf(error), sentBytes: undefined };
  } finally {
    await client.destroy();
  }
};

function head(way: Way, bodyBytes: number): string {
  const lines = {
    'keep-alive': [`Content-Length: ${bodyBytes}`, 'Connection: keep-alive'],
    close: [`Content-Length: ${bodyBytes}`, 'Connection: close'],
    expect: [`Content-Length: ${bodyBytes}`, 'Expect: 100-continue'],
    chunked: ['Transfer-Encoding: chunked'],
  }[way];
  return ['POST / HTTP/1.1', 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n');
}

function statusOf(received: string): number | undefined {
  const found = /^HTTP\/1\.1 ([2-5]\d\d)/.exec(received)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Settles when the chunk is in the kernel's hands, or never will be. */
async function taken(stream: Socket | http.ClientRequest, chunk: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write(chunk, () => resolve());
  });
}

async function* chunks(bodyBytes: number): AsyncGenerator<Buffer> {
  for (let left = bodyBytes; left > 0; left -= CHUNK.length) yield CHUNK;
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
