import type { ServerResponse } from 'node:http';

/** A whole response of the management port. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response whose body comes bit by bit, for as long as both sides like. */
export interface Streamed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Called when the head is written. */
  readonly stream: (response: ServerResponse) => void;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    body: `${JSON.stringify(value)}\n`,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  };
}

export function refusal(status: number, error: string, headers?: Readonly<Record<string, string>>): Answer {
  return json(status, { error }, headers);
}

/** Nothing here may be cached: it is about now. And nothing of it is for pages of other sites. */
const ALWAYS = Object.freeze({
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
});

/** @param hasBody False for HEAD. */
export function send(response: ServerResponse, answer: Answer | Streamed, hasBody: boolean): void {
  const { status, headers } = answer;
  if ('stream' in answer) {
    response.writeHead(status, { ...headers, ...ALWAYS });
    if (hasBody) {
      // At once, or nobody knows that it works before there is something to tell.
      response.flushHeaders();
      answer.stream(response);
    } else response.end();
    return;
  }
  response.writeHead(status, { ...headers, ...ALWAYS, 'Content-Length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
