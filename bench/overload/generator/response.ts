// Follows one HTTP/1 response after another on a connection, with no more parsing than finding their ends takes.

const HEADER_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '0\r\n\r\n';

type State =
  | { readonly kind: 'header' }
  | { readonly kind: 'length'; remaining: number }
  | { readonly kind: 'chunked'; tail: string }
  | { readonly kind: 'until close' };

const HEADER: State = { kind: 'header' };

export class ResponseReader {
  /** Of the response that is complete, or that has begun. */
  status = 0;
  /** The server will not take another request on this connection. */
  closes = false;
  #state: State = HEADER;
  /** The beginning of a header whose end has not arrived. */
  #partial: Buffer | undefined;

  /** Takes what has arrived, and says whether the response is complete. Never keeps the buffer. */
  feed(bytes: Buffer): boolean {
    if (this.#state.kind === 'header') return this.#header(bytes);
    return this.#body(bytes);
  }

  /** The server has closed the connection: is that the end of a response? */
  endOfConnection(): boolean {
    return this.#state.kind === 'until close';
  }

  #header(bytes: Buffer): boolean {
    const received = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const end = received.indexOf(HEADER_END);
    if (end === -1) {
      this.#partial = Buffer.from(received); // a copy: the next read overwrites the buffer
      return false;
    }
    this.#partial = undefined;
    const header = received.toString('latin1', 0, end).toLowerCase();
    const rest = received.subarray(end + HEADER_END.length);
    this.status = Number(header.slice(9, 12));
    if (this.status < 200) return rest.length > 0 && this.#header(rest); // 100 Continue and the like
    this.closes = header.startsWith('http/1.0') || header.includes('\r\nconnection: close');
    const length = /\r\ncontent-length: *(\d+)/.exec(header)?.[1];
    if (length !== undefined) this.#state = { kind: 'length', remaining: Number(length) };
    else if (header.includes('\r\ntransfer-encoding: chunked')) this.#state = { kind: 'chunked', tail: '' };
    else this.#state = { kind: 'until close' };
    return this.#body(rest);
  }

  #body(bytes: Buffer): boolean {
    const state = this.#state;
    let complete = false;
    if (state.kind === 'length') {
      state.remaining -= bytes.length;
      complete = state.remaining <= 0;
    } else if (state.kind === 'chunked') {
      const last = bytes.toString('latin1', Math.max(0, bytes.length - LAST_CHUNK.length));
      state.tail = (state.tail + last).slice(-LAST_CHUNK.length);
      complete = state.tail === LAST_CHUNK;
    }
    if (complete) this.#state = HEADER;
    return complete;
  }
}
