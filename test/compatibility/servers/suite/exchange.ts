// One request on a connection, and the parts of its response that must be the same with and without Respite.
import http from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { DEADLINE_MS } from '../../../harness/until.ts';
import type { Exchange, Server, WebSocketExchange } from './server.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Response {
  readonly status: number;
  /** Names and values, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** These depend on the moment, and on whether the server drains. */
const ALWAYS_VARY: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive']);

/** @param agent Whose connection to use; false: a new one. */
export async function exchange(
  { host, port }: Address,
  { method = 'GET', path, headers, body }: Exchange,
  agent: http.Agent | false = false,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path, agent, signal: AbortSignal.timeout(DEADLINE_MS) };
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const req = http.request({ ...options, headers: { ...length, ...headers } }, (res) => {
      res.setEncoding('latin1');
      textOf(res).then(
        (received) =>
          resolve({ status: res.statusCode ?? 0, headers: pairs(res.rawHeaders), body: received }),
        reject,
      );
    });
    req.once('error', reject);
    req.end(body);
  });
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? '']] : []));
}

/** What is left of a response when that is taken out which varies without Respite too. */
export function comparable({ status, headers, body }: Response, varies: Server['varies']): string {
  const varying = new Set([...ALWAYS_VARY, ...(varies?.headers ?? [])]);
  const kept = headers.filter(([name]) => !varying.has(name)).map(([name, value]) => `${name}: ${value}`);
  const text = varies?.body === undefined ? body : body.replaceAll(varies.body, '…');
  return [`status ${status}`, ...kept, '', text].join('\n');
}

/** Whether a response is what the entry says. */
export function problemOf({ status = 200, contains = '' }: Exchange, response: Response): string | undefined {
  if (response.status !== status)
    return `status ${response.status} instead of ${status}: ${response.body.slice(0, 300)}`;
  if (!response.body.includes(contains)) return `no "${contains}" in ${response.body.slice(0, 300)}`;
  return undefined;
}

/** Waits for the message, then closes. */
export async function webSocketExchange(
  { host, port }: Address,
  { path, send, receives }: WebSocketExchange,
): Promise<void> {
  const socket = new WebSocket(`ws://${host}:${port}${path}`);
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no message on ${path} in time`)), DEADLINE_MS);
      socket.addEventListener('error', () => reject(new Error(`the WebSocket on ${path} failed`)));
      socket.addEventListener('close', ({ code }) => reject(new Error(`the WebSocket closed with ${code}`)));
      socket.addEventListener('open', () => {
        if (send !== undefined) socket.send(send);
      });
      socket.addEventListener('message', ({ data }) => {
        clearTimeout(late);
        if (receives.test(String(data))) resolve();
        else reject(new Error(`the WebSocket says ${String(data)}`));
      });
    });
  } finally {
    socket.close();
  }
}
