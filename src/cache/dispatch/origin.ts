// The origin by way of one of undici's dispatchers.
import type { Origin, OriginResponse } from '../engine/origin.ts';
import { type Fields, readFields } from '../../http/fields.ts';
import type {
  Dispatch,
  DispatchController,
  DispatchHandler,
  DispatchHeaders,
  DispatchOptions,
} from '../../core/dispatch-shapes.ts';

/** The caller. */
interface User {
  /** Made when it is asked for. */
  readonly signal: AbortSignal;
  /** An interim response, such as 103. */
  inform(status: number, headers: DispatchHeaders, statusText: string): void;
}

const NO_TRAILERS: DispatchHeaders = Object.freeze({});

export class DispatchOrigin implements Origin {
  readonly lane = 'dispatch';
  readonly isLocal = false;
  readonly follows = false;
  readonly #dispatch: Dispatch;
  readonly #options: DispatchOptions;
  readonly #fields: Fields;
  readonly #url: string;
  readonly #user: User;

  constructor(dispatch: Dispatch, options: DispatchOptions, fields: Fields, url: string, user: User) {
    this.#dispatch = dispatch;
    this.#options = options;
    this.#fields = fields;
    this.#url = url;
    this.#user = user;
  }

  get signal(): AbortSignal {
    return this.#user.signal;
  }

  decodes(): boolean {
    return false;
  }

  send(changes: Fields, signal: AbortSignal | undefined, method?: string): Promise<OriginResponse> {
    return new Promise((resolve, reject) => {
      const handler = new ResponseReader(this.#url, signal, this.#user, resolve, reject);
      const headers = this.#changed(changes);
      this.#dispatch({ ...this.#options, method: method ?? this.#options.method, headers }, handler);
    });
  }

  #changed(changes: Fields): unknown {
    let isChanged = false;
    const headers: Record<string, string> = {};
    for (const name in this.#fields) headers[name] = this.#fields[name] ?? '';
    for (const name in changes) {
      const value = changes[name];
      isChanged ||= value !== headers[name];
      if (value === undefined) delete headers[name];
      else headers[name] = value;
    }
    return isChanged ? headers : this.#options.headers;
  }
}

/** Makes a response of what a dispatcher calls back, its body a stream that holds the dispatcher up. */
class ResponseReader implements DispatchHandler {
  readonly #url: string;
  readonly #signal: AbortSignal | undefined;
  readonly #user: User;
  readonly #resolve: (response: OriginResponse) => void;
  readonly #reject: (error: Error) => void;
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;
  #trailers = NO_TRAILERS;
  #onAbort: (() => void) | undefined;
  /** Where redirects have led, if an interceptor before this one follows them. */
  #history: readonly URL[] = [];

  constructor(
    url: string,
    signal: AbortSignal | undefined,
    user: User,
    resolve: (response: OriginResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#url = url;
    this.#signal = signal;
    this.#user = user;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: DispatchController, context: unknown): void {
    this.#history = (context as { history?: readonly URL[] } | undefined)?.history ?? [];
    const signal = this.#signal;
    if (signal === undefined) return;
    this.#forgetSignal();
    this.#onAbort = () => {
      controller.abort(signal.reason as Error);
    };
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort);
  }

  onResponseStart(
    controller: DispatchController,
    status: number,
    headers: DispatchHeaders,
    statusText: string = '',
  ): void {
    if (status < 200) {
      this.#user.inform(status, headers, statusText);
      return;
    }
    const body = new ReadableStream<Uint8Array>(
      {
        start: (into) => {
          this.#body = into;
        },
        pull: () => {
          controller.resume();
        },
        cancel: () => {
          this.#body = undefined;
          controller.abort(new Error('no caller wants the body'));
        },
      },
      { highWaterMark: 1 },
    );
    const last = this.#history.at(-1)?.href;
    const redirected = last !== undefined && last !== new URL(this.#url).href;
    this.#resolve({
      status,
      statusText,
      fields: readFields(headers),
      setCookies: [headers['set-cookie'] ?? []].flat(),
      body,
      trailers: () => this.#trailers,
      url: redirected ? last : this.#url,
      redirected,
      decoded: false,
    });
  }

  onResponseData(controller: DispatchController, chunk: Buffer): void {
    // When it is resumed undici hands over nothing first; taken for data, that would stop it again, without end.
    if (chunk.byteLength === 0) return;
    this.#body?.enqueue(chunk);
    if ((this.#body?.desiredSize ?? 1) <= 0) controller.pause();
  }

  onResponseEnd(_controller: DispatchController, trailers: DispatchHeaders | undefined): void {
    this.#trailers = trailers ?? NO_TRAILERS;
    this.#forgetSignal();
    this.#body?.close();
    this.#body = undefined;
  }

  onResponseError(_controller: DispatchController, error: Error): void {
    this.#forgetSignal();
    this.#body?.error(error);
    this.#body = undefined;
    this.#reject(error);
  }

  #forgetSignal(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
