// What a handler writes, kept from its client until the cache has decided what that gets.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { OriginResponse } from '../engine/origin.ts';
import type { ToClient } from './deliver.ts';
import { HandlerBody } from './handler-body.ts';
import {
  bytesOf,
  fieldsOf,
  isSame,
  othersIn,
  setAll,
  setLength,
  WITHOUT_BODY,
  type Written,
} from './headers.ts';

type Done = ((error?: Error | null) => void) | undefined;
type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse;
type Write = (chunk: Written, ...rest: unknown[]) => boolean;
type End = (...rest: unknown[]) => ServerResponse;

/** The response's own methods, whatever others have put there. */
interface Own {
  readonly writeHead: WriteHead;
  readonly write: Write;
  readonly end: End;
  readonly flushHeaders: () => void;
  readonly destroy: (error?: Error) => ServerResponse;
}

/**
 * Takes the place of a response's methods that write. To the handler the response is as it always is: fields are set on it, headers are
 * sent once, `drain` comes when there is room.
 */
export class Capture {
  /** What the handler has answered; rejected if it destroys the response, or no caller wants it any more. */
  readonly response: Promise<OriginResponse>;
  readonly #own: Own;
  readonly #isHead: boolean;
  readonly #url: string;
  readonly #res: ServerResponse;
  /** Fields that others have set before, and set for each request: none of them is the handler's. */
  readonly #before: OutgoingHttpHeaders;
  #settle: { resolve(response: OriginResponse): void; reject(error: unknown): void } | undefined;
  readonly #body: HandlerBody;
  #hasAnswered = false;
  #hasEnded = false;
  #isToClient = false;

  constructor(res: ServerResponse, method: string, url: string) {
    this.#res = res;
    this.#body = new HandlerBody(() => res.emit('drain'));
    this.#isHead = method === 'HEAD';
    this.#url = url;
    this.#before = othersIn(res.getHeaders());
    this.response = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // There may be no listener.
    this.response.catch(ignore);
    this.#own = {
      writeHead: res.writeHead as unknown as WriteHead,
      write: res.write as unknown as Write,
      end: res.end as unknown as End,
      flushHeaders: res.flushHeaders,
      destroy: res.destroy,
    };
    this.#install();
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Makes room for the fields of an answer: those of the handler are not sent as they are. */
  clearFields(): void {
    for (const name of this.#res.getHeaderNames()) if (!(name in this.#before)) this.#res.removeHeader(name);
  }

  /** The way past the handler's methods, and past what middlewares have put around them since, to the client. */
  toClient(): ToClient {
    const [res, own] = [this.#res, this.#own];
    return {
      isOver: () => this.#past(() => res.destroyed || res.writableEnded),
      write: (chunk) => this.#past(() => own.write.call(res, chunk)),
      end: (chunk) => {
        this.#past(() => (chunk === undefined ? own.end.call(res) : own.end.call(res, chunk)));
      },
      flush: () => {
        this.#past(() => {
          if (!res.headersSent) own.flushHeaders.call(res);
        });
      },
      destroy: (error) => {
        this.#past(() => own.destroy.call(res, error));
      },
    };
  }

  /**
   * Node.js calls some of the methods itself. Its `writeHead` must not be the one that middlewares after the cache have put there, which has
   * run for the handler's response.
   */
  #past<T>(write: () => T): T {
    const res = this.#res;
    const { writeHead } = res;
    res.writeHead = this.#own.writeHead;
    this.#isToClient = true;
    try {
      return write();
    } finally {
      this.#isToClient = false;
      res.writeHead = writeHead;
    }
  }

  /** The handler has not answered, and shall not any more. */
  fail(error: unknown): void {
    this.#settle?.reject(error);
    this.#body.drop();
  }

  #install(): void {
    const [res, own] = [this.#res, this.#own];
    const prototype = Object.getPrototypeOf(res) as object;
    Object.defineProperties(res, {
      headersSent: {
        configurable: true,
        get: () => (this.#hasAnswered && !this.#isToClient) || Reflect.get(prototype, 'headersSent', res),
      },
      writableEnded: {
        configurable: true,
        get: () => (this.#hasEnded && !this.#isToClient) || Reflect.get(prototype, 'writableEnded', res),
      },
    });
    const writeHead: WriteHead = (status, ...rest) => {
      if (this.#isToClient) return own.writeHead.call(res, status, ...rest);
      const [message] = rest;
      this.#answer(status, typeof message === 'string' ? message : undefined, rest.at(-1));
      return res;
    };
    const write: Write = (chunk, ...rest) => {
      if (this.#isToClient) return own.write.call(res, chunk, ...rest);
      this.#answerImplicitly();
      return this.#push(chunk, rest);
    };
    const end: End = (...rest) => {
      if (this.#isToClient) return own.end.apply(res, rest);
      this.#end(rest);
      return res;
    };
    Object.assign(res, {
      writeHead,
      write,
      end,
      flushHeaders: () => {
        if (this.#isToClient) own.flushHeaders.call(res);
        else this.#answerImplicitly();
      },
      destroy: (error?: Error) => {
        if (!this.#isToClient) this.#broken(error ?? new Error('the handler has destroyed its response'));
        return own.destroy.call(res, error);
      },
    });
  }

  /** As node:http does: by way of `writeHead`, where middlewares set cookies and other fields. */
  #answerImplicitly(): void {
    if (this.#hasAnswered) return;
    this.#res.writeHead(this.#res.statusCode);
    this.#answer();
  }

  #answer(status?: number, message?: string, headers?: unknown): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    const res = this.#res;
    if (status !== undefined) res.statusCode = status;
    setAll(res, headers);
    const hasBody = !this.#isHead && !WITHOUT_BODY.has(res.statusCode);
    if (!hasBody) this.#body.drop();
    this.#settle?.resolve({
      status: res.statusCode,
      statusText: message ?? textOf(res),
      fields: fieldsOf(this.#handlersHeaders()),
      setCookies: [res.getHeader('set-cookie') ?? []].flat().map(String),
      body: hasBody ? this.#body.stream() : null,
      url: this.#url,
      redirected: false,
      decoded: false,
    });
  }

  #handlersHeaders(): OutgoingHttpHeaders {
    const headers = { ...this.#res.getHeaders() };
    for (const name in this.#before) {
      if (isSame(headers[name], this.#before[name])) delete headers[name];
      else delete this.#before[name];
    }
    return headers;
  }

  #push(chunk: Written, rest: readonly unknown[]): boolean {
    const [encoding] = rest;
    const done = rest.at(-1) as Done;
    if (typeof done === 'function') process.nextTick(done);
    if (this.#hasEnded) return true;
    // A handler that waits for the callback may use its buffer again then.
    const bytes = bytesOf(chunk, encoding, typeof done === 'function');
    return this.#body.push(bytes);
  }

  #end(rest: readonly unknown[]): void {
    if (this.#hasEnded) return;
    const [chunk, encoding] = rest;
    const done = rest.at(-1) as Done;
    if (typeof done === 'function') this.#res.once('finish', done);
    const last = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : '';
    const res = this.#res;
    if (!this.#hasAnswered && !res.hasHeader('content-length') && !this.#isHead)
      // As node:http does for a response that is complete.
      setLength(res, last, encoding);
    this.#answerImplicitly();
    this.#push(last, typeof encoding === 'string' ? [encoding] : []);
    this.#hasEnded = true;
    this.#body.end();
  }

  #broken(error: Error): void {
    if (!this.#hasAnswered) this.#settle?.reject(error);
    else if (!this.#hasEnded) this.#body.fail(error);
    this.#body.drop();
  }
}

/** HTTP/2 has none. */
function textOf({ statusMessage }: { readonly statusMessage?: string }): string {
  return statusMessage ?? '';
}

function ignore(): void {}
