// Replies of memcached's meta protocol, from bytes that may be cut anywhere.
// https://github.com/memcached/memcached/blob/master/doc/protocol.txt
import { RespiteError } from '../../../core/errors.ts';

/** One reply. */
export interface Reply {
  /** `HD`, `VA`, `EN`, `NF`, `NS`, `EX`, `MN`, `SERVER_ERROR`… */
  readonly code: string;
  /** Of a reply without a value: all that follows the code. Of one with: its flags. */
  readonly rest: string;
  /** Of `VA` alone. */
  readonly value: Buffer | undefined;
}

/** A line of ours is never longer; keys are not asked back. The longest are errors. */
const LINE_LIMIT = 2048;

const LF = 0x0a;
const CR = 0x0d;

/** Fed with what arrives, it gives each reply that is complete. What can't be understood throws, and ends it. */
export class ReplyParser {
  readonly #valueLimitBytes: number;
  readonly #onReply: (reply: Reply) => void;
  /** What has come of a line. */
  #line = '';
  /** The value that is coming, with its end of line. */
  #value: Buffer | undefined;
  #valueBytes = 0;
  /** What is still to come of a value that is too large to be kept, with its end of line. */
  #skipBytes = 0;
  #rest = '';

  constructor(valueLimitBytes: number, onReply: (reply: Reply) => void) {
    this.#valueLimitBytes = valueLimitBytes;
    this.#onReply = onReply;
  }

  /** Throws a `RespiteError` `RESPITE_CACHE_PROTOCOL` at what is no reply. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.byteLength) {
      if (this.#skipBytes > 0) at = this.#skip(chunk, at);
      else at = this.#value === undefined ? this.#readLine(chunk, at) : this.#readValue(chunk, at);
    }
  }

  #readLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(LF, from);
    const until = end === -1 ? chunk.byteLength : end + 1;
    if (this.#line.length + until - from > LINE_LIMIT) throw broken('a line without end');
    this.#line += chunk.toString('latin1', from, until);
    if (end === -1) return until;
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) throw broken('a line that ends without CR');
    this.#onLine(line.slice(0, -2));
    return until;
  }

  #onLine(line: string): void {
    const space = line.indexOf(' ');
    const code = space === -1 ? line : line.slice(0, space);
    const rest = space === -1 ? '' : line.slice(space + 1);
    if (code !== 'VA') {
      if (!/^[A-Z_]{2,16}$/.test(code)) throw broken('something else');
      this.#onReply({ code, rest, value: undefined });
      return;
    }
    const digits = /^(\d{1,10})(?: |$)/.exec(rest);
    if (digits === null) throw broken('a value of no length');
    const bytes = Number(digits[1]);
    this.#rest = rest.slice(digits[0].length);
    if (bytes > this.#valueLimitBytes) {
      this.#skipBytes = bytes + 2;
      return;
    }
    this.#value = Buffer.allocUnsafe(bytes + 2);
    this.#valueBytes = 0;
  }

  #skip(chunk: Buffer, from: number): number {
    const skipped = Math.min(this.#skipBytes, chunk.byteLength - from);
    this.#skipBytes -= skipped;
    if (this.#skipBytes === 0) this.#onReply({ code: 'VA', rest: this.#rest, value: TOO_LARGE });
    return from + skipped;
  }

  #readValue(chunk: Buffer, from: number): number {
    const value = this.#value ?? NO_BYTES;
    const copied = chunk.copy(value, this.#valueBytes, from);
    this.#valueBytes += copied;
    if (this.#valueBytes === value.byteLength) {
      const bytes = value.byteLength - 2;
      if (value[bytes] !== CR || value[bytes + 1] !== LF)
        throw broken('a value of another length than it says');
      this.#value = undefined;
      this.#onReply({ code: 'VA', rest: this.#rest, value: value.subarray(0, bytes) });
    }
    return from + copied;
  }
}

const NO_BYTES = Buffer.alloc(0);

/** In place of a value that is larger than any of ours: nothing that could be one. */
const TOO_LARGE: Buffer = Buffer.from('too large');

function broken(what: string): RespiteError {
  return new RespiteError('RESPITE_CACHE_PROTOCOL', `memcached answered with ${what}`);
}
