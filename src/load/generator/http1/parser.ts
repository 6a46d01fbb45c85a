// Follows HTTP/1 responses on a connection, one after another: finds their ends, and the few fields that a load generator needs.
// RFC 9112, section 6.3 decides how long a body is. Nothing is allocated per response except its head's text.
import { headFields, type HeadFields } from './head.ts';

const CR = 13;
const LF = 10;
const HEAD_END: Buffer = Buffer.from('\r\n\r\n');
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_SIZE_LINE_BYTES = 4096;
const MAX_TRAILER_BYTES = 64 * 1024;
/** 2^48 bytes: digits beyond it would leave the integers of a double. */
const MAX_CHUNK_DIGITS = 12;

type State = 'head' | 'length' | 'until close' | 'size' | 'data' | 'data end' | 'trailer';

/** What a read has brought: more is needed, the response is complete, or it is no HTTP response. */
export type Progress = 'more' | 'complete' | 'broken';

export class ResponseParser {
  /** Of the response that is complete, or whose head is. */
  head: HeadFields | undefined;
  /** The server takes no other request on this connection. */
  closes = false;
  #state: State = 'head';
  #isHeadRequest = false;
  /** Of a head whose end has not arrived. */
  #partial: Buffer | undefined;
  /** Bytes of the body or the chunk that are still to come. */
  #remaining = 0;
  /** Bytes of the line, or of the trailer section, so far. */
  #lineBytes = 0;
  #size = 0;
  #sizeDigits = 0;
  #hasExtension = false;

  /** The next response answers this request. */
  begin(isHeadRequest: boolean): void {
    this.head = undefined;
    this.closes = false;
    this.#state = 'head';
    this.#isHeadRequest = isHeadRequest;
    this.#partial = undefined;
  }

  /** Never keeps the buffer. */
  feed(bytes: Buffer): Progress {
    return this.#state === 'head' ? this.#feedHead(bytes) : this.#feedBody(bytes, 0);
  }

  /** The server has closed its side: whether that is the end of the response. */
  get endsWithConnection(): boolean {
    return this.#state === 'until close';
  }

  #feedHead(bytes: Buffer): Progress {
    let received = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    this.#partial = undefined;
    for (;;) {
      const end = received.indexOf(HEAD_END);
      if (end > MAX_HEAD_BYTES || (end === -1 && received.length > MAX_HEAD_BYTES)) return 'broken';
      if (end === -1) {
        this.#partial = Buffer.from(received); // a copy: the next read overwrites the buffer
        return 'more';
      }
      const head = headFields(received.toString('latin1', 0, end));
      if (head === undefined || head.status === 101) return 'broken';
      if (head.status >= 200) {
        this.head = head;
        this.closes = head.closes;
        return this.#beginBody(head, received, end + HEAD_END.length);
      }
      received = received.subarray(end + HEAD_END.length);
    }
  }

  #beginBody(head: HeadFields, bytes: Buffer, at: number): Progress {
    const { status, isChunked, contentLength } = head;
    if (this.#isHeadRequest || status === 204 || status === 304) return this.#complete(bytes, at);
    if (isChunked) {
      this.#beginSize();
    } else if (contentLength === undefined) {
      this.closes = true;
      this.#state = 'until close';
    } else {
      if (contentLength === 0) return this.#complete(bytes, at);
      this.#remaining = contentLength;
      this.#state = 'length';
    }
    return this.#feedBody(bytes, at);
  }

  #feedBody(bytes: Buffer, from: number): Progress {
    let at = from;
    while (at < bytes.length) {
      switch (this.#state) {
        case 'length':
        case 'data': {
          const taken = Math.min(this.#remaining, bytes.length - at);
          this.#remaining -= taken;
          at += taken;
          if (this.#remaining > 0) break;
          if (this.#state === 'length') return this.#complete(bytes, at);
          this.#state = 'data end';
          this.#lineBytes = 0;
          break;
        }
        case 'size':
          if (!this.#feedSize(bytes[at] ?? 0)) return 'broken';
          at += 1;
          break;
        case 'data end':
          if (bytes[at] !== (this.#lineBytes === 0 ? CR : LF)) return 'broken';
          if (this.#lineBytes === 1) this.#beginSize();
          else this.#lineBytes = 1;
          at += 1;
          break;
        case 'trailer':
          if (this.#feedTrailer(bytes[at] ?? 0)) return this.#complete(bytes, at + 1);
          if (this.#size > MAX_TRAILER_BYTES) return 'broken';
          at += 1;
          break;
        default:
          return this.#state === 'until close' ? 'more' : 'broken';
      }
    }
    return 'more';
  }

  #beginSize(): void {
    this.#state = 'size';
    this.#size = 0;
    this.#sizeDigits = 0;
    this.#lineBytes = 0;
    this.#hasExtension = false;
  }

  /** A byte of the line with a chunk's size; false when the line is none. */
  #feedSize(byte: number): boolean {
    this.#lineBytes += 1;
    if (byte === LF) return this.#beginChunk();
    if (this.#lineBytes > MAX_SIZE_LINE_BYTES) return false;
    const digit = this.#hasExtension ? -1 : hexDigit(byte);
    if (digit === -1) {
      // An extension, white space before it, or the end of the line.
      this.#hasExtension = true;
      return this.#sizeDigits > 0;
    }
    this.#sizeDigits += 1;
    this.#size = this.#size * 16 + digit;
    return this.#sizeDigits <= MAX_CHUNK_DIGITS;
  }

  #beginChunk(): boolean {
    if (this.#sizeDigits === 0) return false;
    this.#lineBytes = 0;
    this.#remaining = this.#size;
    this.#state = this.#size === 0 ? 'trailer' : 'data';
    this.#size = 0;
    return true;
  }

  /** A byte after the last chunk; true when it ends the response: an empty line. */
  #feedTrailer(byte: number): boolean {
    this.#size += 1;
    if (byte === LF) {
      const isEmpty = this.#lineBytes === 0;
      this.#lineBytes = 0;
      return isEmpty;
    }
    if (byte !== CR) this.#lineBytes += 1;
    return false;
  }

  /** A response that goes on after its end belongs to no request. */
  #complete(bytes: Buffer, end: number): Progress {
    if (end < bytes.length) this.closes = true;
    this.#state = 'head';
    return 'complete';
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
