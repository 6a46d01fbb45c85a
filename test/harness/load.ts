// Steady requests on kept-alive connections, as a well-behaved client makes them; every failure counts, none is retried.
// One exception, which HTTP/2 asks for: a stream that crossed the server's GOAWAY comes back with REFUSED_STREAM, which
// says that nothing was done, and every client sends it again by itself (RFC 9113, section 8.7). Those are counted apart.
import { setTimeout as delay } from 'node:timers/promises';
import type http2 from 'node:http2';
import { Client } from 'undici';
import { type Answer, ca, connect2, type Echo, on, type Protocol } from './http.ts';
import { until, within } from './until.ts';

export interface LoadOptions {
  readonly protocol?: Protocol | undefined;
  readonly connections?: number | undefined;
  /** Between an answer and the next request on its connection, in ms. Default {@link DEFAULT_PAUSE_MS}. */
  readonly pauseMs?: number | undefined;
}

export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly string[];
  /** HTTP/2 streams that crossed a GOAWAY and were sent again on the next session. */
  readonly resent: number;
  /** The processes that answered. */
  readonly pids: ReadonlySet<number>;
}

/** Six connections then send more than a request per millisecond while a worker is replaced. */
const DEFAULT_PAUSE_MS = 4;

/** The full rate, which leaves hardly any of the machine's few cores to the workers that start. */
const FULL_PAUSE_MS = 1;

const BODY = Buffer.alloc(2000, 'x');

/** One connection at a time, opened again when the server has announced that it closes it. */
interface Connection {
  readonly send: (method: 'GET' | 'POST') => Promise<Answer>;
  readonly resent: () => number;
  readonly close: () => Promise<void>;
}

export class Load {
  private requests = 0;
  /** Answers and failures of each connection. */
  private readonly ended: number[];
  private readonly failures: string[] = [];
  private readonly pids = new Set<number>();
  private stopping = false;
  private pauseMs: number;
  private readonly connections: readonly Connection[];
  private readonly running: readonly Promise<void>[];

  constructor(
    port: number,
    { protocol = 'http', connections = 6, pauseMs = DEFAULT_PAUSE_MS }: LoadOptions = {},
  ) {
    this.pauseMs = pauseMs;
    const open = protocol === 'h2' || protocol === 'h2c' ? http2Connection : http1Connection;
    this.connections = Array.from({ length: connections }, () => open(port, protocol));
    this.ended = this.connections.map(() => 0);
    this.running = this.connections.map((connection, index) => this.run(connection, index));
  }

  get report(): LoadReport {
    const resent = this.connections.reduce((sum, connection) => sum + connection.resent(), 0);
    return { requests: this.requests, failures: this.failures, resent, pids: this.pids };
  }

  /** From now on at the full rate. */
  hurry(): void {
    this.pauseMs = FULL_PAUSE_MS;
  }

  /** Waits for that many more answers or failures. */
  async more(count: number): Promise<void> {
    const goal = this.requests + count;
    await until(`${count} more requests`, () => this.requests >= goal);
  }

  /** Waits until every connection has its answer, or its failure, to what is in flight on it now. */
  async inFlightEnded(): Promise<void> {
    const before = [...this.ended];
    await until('every request in flight to end', () =>
      this.ended.every((count, index) => count > (before[index] ?? 0)),
    );
  }

  async stop(): Promise<LoadReport> {
    this.stopping = true;
    await within(
      'the last requests of the load',
      Promise.all(this.running),
      () => JSON.stringify(this.failures),
      60_000,
    );
    return this.report;
  }

  private async run(connection: Connection, index: number): Promise<void> {
    for (let i = 0; !this.stopping; i += 1) {
      const method = i % 2 === 0 ? 'GET' : 'POST';
      try {
        const { status, body } = await connection.send(method);
        if (status !== 200) throw new Error(`status ${status}: ${body}`);
        const echo = JSON.parse(body) as Echo;
        const bytes = method === 'POST' ? BODY.length : 0;
        if (echo.method !== method || echo.bytes !== bytes) throw new Error(`wrong answer: ${body}`);
        this.pids.add(echo.pid);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        this.failures.push(`${method} ${code ?? ''} ${message}`);
      }
      this.requests += 1;
      this.ended[index] = i + 1;
      await delay(this.pauseMs);
    }
    await connection.close();
  }
}

function http1Connection(port: number, protocol: Protocol): Connection {
  const client = new Client(`${protocol}://127.0.0.1:${port}`, {
    pipelining: 1,
    allowH2: false,
    connect: { ca, servername: 'localhost' },
  });
  return {
    async send(method) {
      const { statusCode, headers, body } = await client.request({
        method,
        path: '/',
        body: method === 'POST' ? BODY : null,
        headersTimeout: 20_000,
        bodyTimeout: 20_000,
      });
      return { status: statusCode, headers, body: await body.text() };
    },
    resent: () => 0,
    close: () => client.close(),
  };
}

function http2Connection(port: number, protocol: Protocol): Connection {
  const open = (): http2.ClientHttp2Session => {
    const session = connect2(port, protocol === 'h2');
    // A GOAWAY asks for no new streams on this session; those under way go on.
    session.once('goaway', () => {
      session.close();
    });
    return session;
  };
  let session = open();
  let resent = 0;
  const send = (method: 'GET' | 'POST'): Promise<Answer> => {
    if (session.closed || session.destroyed) session = open();
    return on(session, { method, body: method === 'POST' ? BODY : undefined });
  };
  return {
    send: (method) =>
      send(method).catch((error: unknown) => {
        if (!String(error).includes('NGHTTP2_REFUSED_STREAM')) throw error;
        resent += 1;
        session.close();
        return send(method);
      }),
    resent: () => resent,
    close: async () => {
      if (!session.destroyed) session.destroy(); // nothing is under way
    },
  };
}
