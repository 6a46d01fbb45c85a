// What a handler writes, kept from its client until the cache has decided what that gets.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { OriginResponse } from '../engine/origin.ts';
import { HandlerBody } from './handler-body.ts';
import { checkChunk, checkHead, checkPairs, headersSent, writeAfterEnd } from './handler-errors.ts';
import {
  bytesOf,
  fieldsOf,
  isSame,
  lengthOf,
  othersIn,
  setAll,
  setLength,
  WITHOUT_BODY,
  type Written,
} from './headers.ts';
import {
  type ChangeField,
  type End,
  type Own,
  OwnWay,
  ownMethods,
  type Write,
  type WriteHead,
} from './own-methods.ts';
import { hasClientGone } from './request.ts';
import { clientGone, isWhole } from './whole.ts';

type Done = ((error?: Error | null) => void) | undefined;

/**
 * Takes the place of a response's methods that write. To the handler the response is as it always is: fields are set on it, headers are
 * sent once, `drain` comes when there is room, and what Node.js throws for is thrown.
 */
export class Capture {
  /** What the handler has answered; rejected if it destroys the response, or no caller wants it any more. */
  readonly response: Promise<OriginResponse>;
  /** The way past the handler's methods to the client. */
  readonly toClient: OwnWay;
  readonly #own: Own;
  readonly #isHead: boolean;
  readonly #url: string;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  /** Fields that others have set before, and set for each request: none of them is the handler's. */
  readonly #before: OutgoingHttpHeaders;
  #settle: { resolve(response: OriginResponse): void; reject(error: unknown): void } | undefined;
  readonly #body: HandlerBody;
  /** Bytes of the body. */
  #written = 0;
  #hasAnswered = false;
  #hasEnded = false;

  constructor(req: IncomingMessage, res: ServerResponse, url: string) {
    this.#req = req;
    this.#res = res;
    this.#body = new HandlerBody(() => res.emit('drain'));
    this.#isHead = req.method === 'HEAD';
    this.#url = url;
    this.#before = othersIn(res.getHeaders());
    this.response = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // There may be no listener.
    this.response.catch(ignore);
    this.#own = ownMethods(res);
    this.toClient = new OwnWay(res, this.#own);
    this.#install();
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Makes room for the fields of an answer: those of the handler are not sent as they are. */
  clearFields(): void {
    for (const name of this.#res.getHeaderNames())
      if (!(name in this.#before)) this.toClient.removeHeader(name);
  }

  /** The handler has not answered, and shall not any more. */
  fail(error: unknown): void {
    this.#settle?.reject(error);
    this.#body.drop();
  }

  #install(): void {
    const [res, own, toClient] = [this.#res, this.#own, this.toClient];
    toClient.pretend('headersSent', () => this.#hasAnswered);
    toClient.pretend('writableEnded', () => this.#hasEnded);
    const writeHead: WriteHead = (status, ...rest) => {
      if (toClient.isTaken) return own.writeHead.call(res, status, ...rest);
      this.#refuseIfAnswered((sent) => sent.writeHead(status));
      const [message] = rest;
      this.#answer(status, typeof message === 'string' ? message : undefined, rest.at(-1));
      return res;
    };
    const write: Write = (chunk, ...rest) => {
      if (toClient.isTaken) return own.write.call(res, chunk, ...rest);
      checkChunk(this.#req, chunk);
      if (this.#hasEnded) return this.#writtenLate(rest.at(-1) as Done);
      this.#answerImplicitly();
      return this.#push(chunk, rest);
    };
    const end: End = (...rest) => {
      if (toClient.isTaken) return own.end.apply(res, rest);
      this.#end(rest);
      return res;
    };
    const changing =
      (name: 'setHeader' | 'appendHeader' | 'removeHeader'): ChangeField =>
      (...given) => {
        if (!toClient.isTaken) this.#refuseIfAnswered((sent) => Reflect.apply(sent[name], sent, given));
        return own[name].apply(res, given);
      };
    Object.assign(res, {
      writeHead,
      write,
      end,
      setHeader: changing('setHeader'),
      appendHeader: changing('appendHeader'),
      removeHeader: changing('removeHeader'),
      flushHeaders: () => {
        if (toClient.isTaken) own.flushHeaders.call(res);
        else this.#answerImplicitly();
      },
      destroy: (error?: Error) => {
        if (!toClient.isTaken) this.#broken(error ?? new Error('the handler has destroyed its response'));
        return own.destroy.call(res, error);
      },
    });
    // What is piped to a client that goes stops there, and does not end.
    res.on('unpipe', () => {
      if (!this.#hasEnded && hasClientGone(this.#req, res)) this.#broken(clientGone());
    });
  }

  #refuseIfAnswered(attempt: (sent: ServerResponse) => unknown): void {
    if (this.#hasAnswered) headersSent(this.#req, attempt);
  }

  /** As node:http does: by way of `writeHead`, where middlewares set cookies and other fields. */
  #answerImplicitly(): void {
    if (this.#hasAnswered) return;
    this.#res.writeHead(this.#res.statusCode);
    this.#answer();
  }

  #answer(status: number = this.#res.statusCode, message?: string, headers?: unknown): void {
    if (this.#hasAnswered) return;
    const res = this.#res;
    // HTTP/2 has none.
    const statusText = message ?? (this.#req.httpVersionMajor === 1 ? (res.statusMessage ?? '') : '');
    // What can't be sent is the handler's to catch, which may answer otherwise then.
    checkHead(this.#req, status, statusText);
    res.statusCode = status;
    if (Array.isArray(headers)) checkPairs(this.#req, headers);
    setAll(res, headers);
    this.#hasAnswered = true;
    if (!this.#hasBody) this.#body.drop();
    this.#settle?.resolve({
      status,
      statusText,
      fields: fieldsOf(this.#handlersHeaders()),
      setCookies: [res.getHeader('set-cookie') ?? []].flat().map(String),
      body: this.#hasBody ? this.#body.stream() : null,
      url: this.#url,
      redirected: false,
      decoded: false,
    });
  }

  get #hasBody(): boolean {
    return !this.#isHead && !WITHOUT_BODY.has(this.#res.statusCode);
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
    // A handler that waits for the callback may use its buffer again then.
    const bytes = bytesOf(chunk, encoding, typeof done === 'function');
    this.#written += bytes.byteLength;
    return this.#body.push(bytes);
  }

  #writtenLate(done: Done): false {
    const error = writeAfterEnd();
    process.nextTick(() => {
      if (typeof done === 'function') done(error);
      if (!this.#res.destroyed) this.#res.emit('error', error);
    });
    return false;
  }

  #end(rest: readonly unknown[]): void {
    const [chunk, encoding] = rest;
    const done = rest.at(-1) as Done;
    // As node:http has it, what is empty is nothing, also after the end.
    const hasChunk = Boolean(chunk) && typeof chunk !== 'function';
    if (hasChunk) checkChunk(this.#req, chunk);
    if (this.#hasEnded && hasChunk) {
      this.#writtenLate(done);
      return;
    }
    if (typeof done === 'function') this.#res.once('finish', done);
    if (this.#hasEnded) return;
    const last = hasChunk ? (chunk as Written) : '';
    const saidBytes = this.#res.getHeader('content-length');
    const isAll =
      !this.#hasBody ||
      isWhole({
        hasClientGone: hasClientGone(this.#req, this.#res),
        saidBytes,
        earlierBytes: this.#written,
        lastBytes: lengthOf(last, encoding),
      });
    if (!isAll) {
      this.#broken(clientGone());
      this.#hasEnded = true;
      return;
    }
    if (!this.#hasAnswered && saidBytes === undefined && !this.#isHead)
      // As node:http does for a response that is complete.
      setLength(this.#res, last, encoding);
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

function ignore(): void {}
