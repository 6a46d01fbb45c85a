// Well-behaved clients: they open a new connection when the server has announced the end of one, and retry nothing.
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import path from 'node:path';
import { Client } from 'undici';
import { repository } from '../lib/server.ts';

export type Protocol = 'http' | 'https' | 'http2';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request at a time, on one connection at a time. */
export interface SteadyClient {
  readonly send: (body: Buffer | undefined) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

const TIMEOUT_MS = 30_000;

export function openClient(protocol: Protocol, port: number): SteadyClient {
  return protocol === 'http2' ? http2Client(port) : http1Client(protocol, port);
}

function http1Client(protocol: 'http' | 'https', port: number): SteadyClient {
  const client = new Client(`${protocol}://127.0.0.1:${port}`, {
    pipelining: 1,
    allowH2: false,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    ...(protocol === 'https' ? { connect: { ca: certificate(), servername: 'localhost' } } : {}),
  });
  return {
    async send(body) {
      const method = body === undefined ? 'GET' : 'POST';
      const answer = await client.request({ method, path: '/', body: body ?? null });
      return { status: answer.statusCode, body: await answer.body.text() };
    },
    close: () => client.close(),
  };
}

function http2Client(port: number): SteadyClient {
  const ca = certificate();
  const open = (): http2.ClientHttp2Session => {
    const session = http2.connect(`https://127.0.0.1:${port}`, { ca, servername: 'localhost' });
    session.on('error', () => {}); // each stream fails with it, and is counted
    // GOAWAY: no new streams on this session, those under way go on (RFC 9113 section 6.8).
    session.once('goaway', () => session.close());
    return session;
  };
  let session = open();
  return {
    async send(body) {
      if (session.closed || session.destroyed) session = open();
      const method = body === undefined ? 'GET' : 'POST';
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const stream = session.request({ ':method': method, ':path': '/' }, { signal });
      stream.end(body);
      const { [':status']: status = 0 } = await responseTo(stream);
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
      return { status, body: text };
    },
    async close() {
      session.destroy(); // nothing is under way
    },
  };
}

/** A stream that is cancelled ends without an 'error', only with 'close'. */
async function responseTo(stream: http2.ClientHttp2Stream): Promise<http2.IncomingHttpStatusHeader> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    stream.once('error', reject);
    stream.once('close', () =>
      reject(new Error(`stream closed without a response (code ${stream.rstCode})`)),
    );
  });
}

/** The one that bench/servers/frameworks/tls.mjs serves with. */
function certificate(): string {
  return readFileSync(path.join(repository, 'test/harness/fixtures/tls/certificate.pem'), 'utf8');
}
