import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { certificate, type ServerKind } from './servers.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request under way. */
export interface Call {
  readonly answer: Promise<Answer>;
  /** The client goes away. */
  abort(): void;
}

/** What goes with a request; method and body over HTTP/1 only. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function call(protocol: ServerKind['protocol'], port: number, path: string, send: Sent = {}): Call {
  return protocol === 'http2' ? callHttp2(port, path, send) : callHttp1(protocol, port, path, send);
}

function callHttp1(
  protocol: 'http' | 'https',
  port: number,
  path: string,
  { method = 'GET', headers = {}, body: sent }: Sent,
): Call {
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false as const };
  const request =
    protocol === 'http'
      ? http.request(options)
      : https.request({ ...options, ca: certificate, servername: 'localhost' });
  request.end(sent);
  const answer = new Promise<Answer>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
      );
    });
  });
  return { answer, abort: () => request.destroy() };
}

function callHttp2(port: number, path: string, { headers: sent }: Sent): Call {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ...sent, ':path': path });
  const answer = new Promise<Answer>((resolve, reject) => {
    session.on('error', reject);
    stream.on('error', reject);
    let body = '';
    let headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
    stream.on('response', (received) => (headers = received));
    stream.setEncoding('utf8').on('data', (text: string) => (body += text));
    stream.on('end', () => {
      session.close();
      resolve({ status: headers[':status'] ?? 0, body, headers });
    });
  });
  return { answer, abort: () => session.destroy() };
}
