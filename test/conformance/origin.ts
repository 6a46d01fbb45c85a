// An origin server on loopback that answers as it is told, and remembers what it was asked.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Fields of a message; `@-60` stands for the HTTP date a minute before the clock of the case, null for none. */
export type Headers = Readonly<Record<string, string | readonly string[] | null>>;

/** What the origin answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Headers;
  /** Default: one that is different for every answer. */
  readonly body?: string;
  /** Answer conditional requests that match with this instead of the whole. Default 304 with the same fields. */
  readonly notModified?: { readonly status?: number; readonly headers: Headers };
  /** Close the connection instead, or after the head and half of the body. */
  readonly close?: 'at-once' | 'in-body';
  /** Answer when this has happened. */
  readonly gate?: Promise<unknown>;
}

/** What the origin was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
}

export class Origin {
  readonly #server: http.Server;
  readonly #replies = new Map<string, readonly Reply[]>();
  readonly #asked = new Map<string, Asked[]>();
  #now: () => number = Date.now;
  #count = 0;

  constructor() {
    this.#server = http.createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers requests for a path by these, one after the other, and by the last from then on. */
  script(path: string, replies: readonly Reply[], now: () => number): void {
    this.#replies.set(path, replies);
    this.#now = now;
  }

  asked(path: string): readonly Asked[] {
    return this.#asked.get(path) ?? [];
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    request.resume();
    const asked = this.#asked.get(path) ?? [];
    this.#asked.set(path, [...asked, { method, path, headers }]);
    const replies = this.#replies.get(path) ?? [];
    const reply = replies[Math.min(asked.length, replies.length - 1)] ?? {};
    await reply.gate;
    if (reply.close === 'at-once') {
      request.socket.destroy();
      return;
    }
    response.sendDate = false;
    const own = this.#resolve({ date: '@0', ...reply.headers });
    const isSame =
      (headers['if-none-match'] !== undefined && headers['if-none-match'] === own['etag']) ||
      (headers['if-none-match'] === undefined &&
        headers['if-modified-since'] !== undefined &&
        headers['if-modified-since'] === own['last-modified']);
    if (reply.notModified !== undefined || (isSame && (reply.status ?? 200) === 200)) {
      const fields =
        reply.notModified === undefined ? own : this.#resolve({ date: '@0', ...reply.notModified.headers });
      response.writeHead(reply.notModified?.status ?? 304, fields);
      response.end();
      return;
    }
    this.#count += 1;
    const body = reply.body ?? `body ${this.#count}`;
    response.writeHead(reply.status ?? 200, own);
    if (reply.close === 'in-body') {
      response.write(body.slice(0, body.length / 2));
      setImmediate(() => request.socket.destroy());
    } else response.end([204, 304].includes(reply.status ?? 200) || method === 'HEAD' ? undefined : body);
  }

  #resolve(headers: Headers): Record<string, string | string[]> {
    const resolved: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) continue;
      resolved[name] = typeof value === 'string' ? atTime(value, this.#now()) : [...value];
    }
    return resolved;
  }
}

/** Puts HTTP dates in place of `@` and seconds. */
export function atTime(value: string, now: number): string {
  return value.replaceAll(/@([-+]?\d+)/g, (_, seconds: string) =>
    new Date(now + Number(seconds) * 1000).toUTCString(),
  );
}
