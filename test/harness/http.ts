// One request at a time, over each protocol, with nothing hidden: no retries, no pool.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { fixture } from './respite.ts';
import { DEADLINE_MS } from './until.ts';

/** h2c: HTTP/2 without TLS. */
export type Protocol = 'http' | 'https' | 'h2c' | 'h2';

/** The certificate of the fixtures' servers signs itself. */
export const ca: string = readFileSync(fixture('tls/certificate.pem'), 'utf8');

export interface RequestOptions {
  readonly protocol?: Protocol | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  /** A connection to use; by default each request has its own. */
  readonly agent?: http.Agent | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What every plain fixture answers: who, and what it was asked. */
export interface Echo {
  readonly pid: number;
  readonly method: string;
  readonly bytes: number;
}

export async function request(port: number, options: RequestOptions = {}): Promise<Answer> {
  const protocol = options.protocol ?? 'http';
  return protocol === 'http' || protocol === 'https' ? request1(port, options) : request2(port, options);
}

export async function echo(port: number, options: RequestOptions = {}): Promise<Echo> {
  const { status, body } = await request(port, options);
  if (status !== 200) throw new Error(`status ${status}: ${body}`);
  return JSON.parse(body) as Echo;
}

async function request1(port: number, options: RequestOptions): Promise<Answer> {
  const { protocol = 'http', method = 'GET', body, signal = AbortSignal.timeout(DEADLINE_MS) } = options;
  const module = protocol === 'https' ? https : http;
  return new Promise((resolve, reject) => {
    const req = module.request({
      host: '127.0.0.1',
      port,
      method,
      path: options.path ?? '/',
      agent: options.agent ?? false,
      headers: {
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...options.headers,
      },
      ...(protocol === 'https' ? { ca, servername: 'localhost' } : {}),
      signal,
    });
    req.once('error', reject);
    req.once('response', (res) => {
      res.once('error', reject);
      void text(res).then(
        (received) => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: received }),
        reject,
      );
    });
    req.end(body);
  });
}

async function request2(port: number, options: RequestOptions): Promise<Answer> {
  const session = connect2(port, options.protocol === 'h2');
  try {
    return await on(session, options);
  } finally {
    session.close();
  }
}

export function connect2(port: number, tls: boolean): http2.ClientHttp2Session {
  const session = http2.connect(`${tls ? 'https' : 'http'}://localhost:${port}`, {
    ...(tls ? { ca } : {}),
    maxSessionMemory: 1000, // in megabytes; we send large bodies in one piece
    lookup: (_host, _options, callback) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  session.on('error', () => {}); // each stream has its own
  return session;
}

/** One request on this HTTP/2 session. */
export async function on(session: http2.ClientHttp2Session, options: RequestOptions): Promise<Answer> {
  const { method = 'GET', body } = options;
  const stream = session.request({ ':method': method, ':path': options.path ?? '/', ...options.headers });
  const late = AbortSignal.timeout(DEADLINE_MS);
  const signal = options.signal === undefined ? late : AbortSignal.any([options.signal, late]);
  const abort = (): void => {
    stream.destroy(new Error('no answer in time, or not wanted any more'));
  };
  signal.addEventListener('abort', abort);
  try {
    return await answerOf(stream, body);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Settles in every case: a stream may close with a response, with an error, or with neither. */
async function answerOf(stream: http2.ClientHttp2Stream, body: string | Buffer | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headers: (http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader) | undefined;
    let ended = false;
    const chunks: Buffer[] = [];
    stream.once('error', reject);
    stream.once('response', (received) => {
      headers = received;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => {
      ended = true;
      if (headers === undefined) return;
      const status = headers[':status'] ?? 0;
      resolve({ status, headers, body: Buffer.concat(chunks).toString() });
    });
    stream.once('close', () => {
      reject(
        new Error(
          `the stream closed ${ended ? 'without a response' : 'before its end'}, code ${stream.rstCode}`,
        ),
      );
    });
    stream.end(body);
  });
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
