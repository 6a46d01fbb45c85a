// A response's own methods, and the way by them to its client, past those that a handler is given.
import type { ServerResponse } from 'node:http';
import type { ToClient } from './deliver.ts';
import type { Written } from './headers.ts';

export type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse;
export type Write = (chunk: Written, ...rest: unknown[]) => boolean;
export type End = (...rest: unknown[]) => ServerResponse;
export type ChangeField = (...given: unknown[]) => ServerResponse;

/** The response's own methods, whatever others have put there. */
export interface Own {
  readonly writeHead: WriteHead;
  readonly write: Write;
  readonly end: End;
  readonly setHeader: ChangeField;
  readonly appendHeader: ChangeField;
  readonly removeHeader: ChangeField;
  readonly flushHeaders: () => void;
  readonly destroy: (error?: Error) => ServerResponse;
}

export function ownMethods(res: ServerResponse): Own {
  return {
    writeHead: res.writeHead as unknown as WriteHead,
    write: res.write as unknown as Write,
    end: res.end as unknown as End,
    setHeader: res.setHeader as unknown as ChangeField,
    appendHeader: res.appendHeader as unknown as ChangeField,
    removeHeader: res.removeHeader as unknown as ChangeField,
    flushHeaders: res.flushHeaders,
    destroy: res.destroy,
  };
}

/** To the client by the response's own methods, past what a handler and middlewares after the cache have put around them. */
export class OwnWay implements ToClient {
  /** While it is true the methods that the handler was given are called by Node.js, on the way to the client. */
  isTaken = false;
  readonly #res: ServerResponse;
  readonly #own: Own;

  constructor(res: ServerResponse, own: Own) {
    this.#res = res;
    this.#own = own;
  }

  isOver(): boolean {
    return this.#past(() => this.#res.destroyed || this.#res.writableEnded);
  }

  setHeader(name: string, value: string | string[]): void {
    this.#own.setHeader.call(this.#res, name, value);
  }

  removeHeader(name: string): void {
    this.#own.removeHeader.call(this.#res, name);
  }

  write(chunk: Uint8Array): boolean {
    return this.#past(() => this.#own.write.call(this.#res, chunk));
  }

  end(chunk?: Uint8Array): void {
    this.#past(() =>
      chunk === undefined ? this.#own.end.call(this.#res) : this.#own.end.call(this.#res, chunk),
    );
  }

  flush(): void {
    this.#past(() => {
      if (!this.#res.headersSent) this.#own.flushHeaders.call(this.#res);
    });
  }

  destroy(error: Error): void {
    this.#past(() => this.#own.destroy.call(this.#res, error));
  }

  /** Makes a property true for the handler, whatever has come to the client. */
  pretend(name: 'headersSent' | 'writableEnded', isTrue: () => boolean): void {
    const prototype = Object.getPrototypeOf(this.#res) as object;
    Object.defineProperty(this.#res, name, {
      configurable: true,
      get: () => (isTrue() && !this.isTaken) || Reflect.get(prototype, name, this.#res),
    });
  }

  /**
   * Node.js calls some of the methods itself. Its `writeHead` must not be the one that middlewares after the cache have put there, which has
   * run for the handler's response.
   */
  #past<T>(write: () => T): T {
    const res = this.#res;
    const { writeHead } = res;
    res.writeHead = this.#own.writeHead;
    this.isTaken = true;
    try {
      return write();
    } finally {
      this.isTaken = false;
      res.writeHead = writeHead;
    }
  }
}
