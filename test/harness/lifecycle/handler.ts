// The user's side of the lifecycle matrix: one handler, spoken in each of node:http's dialects.
import http from 'node:http';
import http2 from 'node:http2';
import type { Server } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { type Case, hasBody, leavesHttp } from './cases.ts';

export const SERVED = 'served';
const BEGUN = 'ser';

/** A request as the handler sees it. */
interface Exchange {
  readonly path: string;
  readonly body: Readable;
  /** Sends the head and a part of the body. */
  begin(): void;
  answer(): void;
}

/** What the handler saw, and what it waits for. */
export class Handler {
  /** Paths in the order in which they reached the handler. */
  readonly seen: string[] = [];
  /** Bytes of each body that ended for the handler as a whole one does. */
  readonly whole: number[] = [];
  readonly #of: Case;
  readonly #waiting = new Map<string, () => void>();

  constructor(of: Case) {
    this.#of = of;
  }

  isWaiting(path: string): boolean {
    return this.#waiting.has(path);
  }

  /** Lets the handler answer a request that waits for this. */
  letGo(path: string): void {
    const answer = this.#waiting.get(path);
    this.#waiting.delete(path);
    answer?.();
  }

  createServer(): Server {
    const { transport } = this.#of;
    if (transport === 'HTTP/2 core') {
      return http2
        .createServer()
        .on('stream', (stream: http2.ServerHttp2Stream, headers) => this.#core(stream, headers));
    }
    if (transport === 'HTTP/2 compat') {
      return http2.createServer((request, response) => this.#compat(request, response));
    }
    const server = http.createServer((request, response) => this.#compat(request, response));
    if (!leavesHttp(this.#of)) return server;
    return server
      .on('upgrade', (request, socket, head) =>
        this.#switch(request, socket, head, '101 Switching Protocols'),
      )
      .on('connect', (request, socket, head) => this.#switch(request, socket, head, '200 Connected'));
  }

  #handle(exchange: Exchange): void {
    const { path, body } = exchange;
    this.seen.push(path);
    body.on('end', () => {
      if (path === '/' && hasBody(this.#of)) this.whole.push(bytes);
    });
    let bytes = 0;
    if (path === '/fresh') exchange.answer();
    else if (path === '/') this.#handleSubject(exchange, (chunk) => (bytes += chunk.length));
    else this.#waiting.set(path, () => exchange.answer());
  }

  /** The request that the case is about. */
  #handleSubject({ path, body, begin, answer }: Exchange, onData: (chunk: Buffer) => void): void {
    const { behaviour, state } = this.#of;
    if (state === 'overrun') {
      // It doesn't read; its head may be out already, so that there is nothing left to say to the client.
      if (behaviour.endsWith('during')) begin();
    } else if (behaviour.endsWith('during')) {
      begin();
    } else if (behaviour.endsWith('after')) {
      if (state === 'draining') this.#waiting.set(path, answer);
      else answer();
    } else {
      body.on('data', onData).on('end', () => {
        if (state === 'draining') this.#waiting.set(path, answer);
        else answer();
      });
    }
  }

  #compat(
    request: http.IncomingMessage | http2.Http2ServerRequest,
    response: http.ServerResponse | http2.Http2ServerResponse,
  ): void {
    this.#handle({
      path: request.url ?? '',
      body: request,
      begin: () => void (response as http.ServerResponse).write(BEGUN),
      answer: () => void response.end(SERVED),
    });
  }

  #core(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
    // Node.js reports a client's error code here, so a server needs a listener where its client may send one. Where the
    // client only waits there is none: whatever Respite does to the stream must not need it.
    const path = String(headers[':path']);
    if (this.#of.behaviour !== 'waits' || path !== '/') stream.on('error', () => {});
    const respond = (): boolean => {
      if (stream.destroyed || stream.closed) return false;
      stream.respond({ ':status': 200 }, { endStream: stream.writableEnded });
      return !stream.writableEnded;
    };
    this.#handle({
      path,
      body: stream,
      begin: () => void (respond() && stream.write(BEGUN)),
      answer: () => void (respond() && stream.end(SERVED)),
    });
  }

  #switch({ url = '' }: http.IncomingMessage, socket: Duplex, head: Buffer, status: string): void {
    const { behaviour } = this.#of;
    this.seen.push(url === 'x:1' ? '/' : url);
    socket.on('error', () => {});
    const answer = (): void => {
      socket.write(`HTTP/1.1 ${status}\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
      socket.write(head);
      socket.pipe(socket);
    };
    if (behaviour.endsWith('during')) return;
    answer();
  }
}
