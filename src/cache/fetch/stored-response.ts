// A Response that costs next to nothing before a caller asks for its parts.
import { closeBytes } from '../../http/close-bytes.ts';
import { headersOfAnswer } from './answer-headers.ts';
import type { Answer } from '../engine/answer.ts';
import { CachedResponse } from './cached-response.ts';

/** Bytes of a stream's pieces: a reader who stops holds no more than one. */
const PIECE_BYTES = 64 * 1024;

const utf8 = new TextDecoder();

/**
 * Where a class begins whose objects are Responses, by `instanceof`, but which platform code has not made: that makes headers, a
 * signal and a stream, and checks what has been checked. So none of the platform's methods works on them; all have one of their own.
 */
function Kind(): void {}
Kind.prototype = Response.prototype;
const Base = Kind as unknown as new () => object;

/**
 * A Response of stored bytes. It makes no headers, no stream and no copy before a caller wants them; of the bytes one copy, and for
 * text none.
 */
export class StoredResponse extends Base implements Response {
  /** Of Node.js 26 and later. */
  declare readonly textStream: Response['textStream'];
  /** The store's: not to get into other hands. */
  readonly #stored: Uint8Array;
  readonly #answer: Answer;
  #headers: Headers | undefined;
  #isRead = false;
  /** A plain one of the bytes, once a caller has asked for more than all of them at once. */
  #plain: Response | undefined;

  constructor(stored: Uint8Array, answer: Answer) {
    super();
    this.#stored = stored;
    this.#answer = answer;
  }

  get url(): string {
    return this.#answer.url;
  }

  get redirected(): boolean {
    return this.#answer.redirected;
  }

  get type(): Response['type'] {
    return 'basic';
  }

  get status(): number {
    return this.#answer.status;
  }

  get statusText(): string {
    return this.#answer.statusText;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  get headers(): Headers {
    return (this.#headers ??= headersOfAnswer(this.#answer));
  }

  get body(): Response['body'] {
    return this.#toPlain().body;
  }

  get bodyUsed(): boolean {
    return this.#isRead || this.#plain?.bodyUsed === true;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#plain === undefined ? copyOf(this.#take()).buffer : this.#plain.arrayBuffer();
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.arrayBuffer());
  }

  async text(): Promise<string> {
    return this.#plain === undefined ? utf8.decode(this.#take()) : this.#plain.text();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  async blob(): Promise<Blob> {
    return this.#toPlain().blob();
  }

  async formData(): Promise<FormData> {
    return this.#toPlain().formData();
  }

  clone(): Response {
    if (this.#plain !== undefined || this.#isRead) {
      return new CachedResponse(this.#toPlain().clone().body, this.headers, this.#answer);
    }
    const clone = new StoredResponse(this.#stored, this.#answer);
    if (this.#headers !== undefined) clone.#headers = new Headers(this.#headers);
    return clone;
  }

  /** The bytes, for one who reads all of them. */
  #take(): Uint8Array {
    if (this.#isRead) throw new TypeError('Body is unusable: Body has already been read');
    this.#isRead = true;
    return this.#stored;
  }

  #toPlain(): Response {
    if (this.#plain !== undefined) return this.#plain;
    // The type, for `blob` and `formData`.
    const type = this.headers.get('content-type');
    const init = type === null ? {} : { headers: { 'content-type': type } };
    this.#plain = new Response(streamOf(this.#stored), init);
    // A reader that looks at the body now finds it used.
    if (this.#isRead) void this.#plain.body?.getReader().cancel();
    return this.#plain;
  }

  // Methods that this version of Node.js has and others don't, such as `textStream`.
  static {
    const ofAll: Readonly<Record<string, PropertyDescriptor>> = Object.getOwnPropertyDescriptors(
      Response.prototype,
    );
    for (const name in ofAll) {
      const method: unknown = ofAll[name]?.value;
      if (typeof method !== 'function' || Object.hasOwn(this.prototype, name)) continue;
      Object.defineProperty(this.prototype, name, {
        ...ofAll[name],
        value(this: StoredResponse, ...given: readonly unknown[]): unknown {
          return Reflect.apply(method, this.#toPlain(), given);
        },
      });
    }
  }
}

/** A stream of bytes that stay ours, copied piece by piece as they are read. */
function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream(
    {
      type: 'bytes',
      pull: (controller) => {
        const piece = copyOf(bytes.subarray(position, position + PIECE_BYTES));
        position += piece.byteLength;
        if (piece.byteLength > 0) controller.enqueue(piece);
        if (position >= bytes.byteLength) closeBytes(controller);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Not by `slice`, which copies nothing if it is a Buffer's. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
