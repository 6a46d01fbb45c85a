// An answer on its way to one of undici's handlers.
import { markAsUntransferable } from 'node:worker_threads';
import type { Answer } from '../engine/answer.ts';
import { NO_BODY } from '../store/contract.ts';
import { headersFor, rawHeadersFor, rawOf } from './headers.ts';
import type { DispatchController, DispatchHandler, DispatchHeaders } from '../../core/dispatch-shapes.ts';

/** Bytes that are handed over at once: a reader who copies them and then stops holds no more than one piece. */
const PIECE_BYTES = 64 * 1024;

const NO_TRAILERS: readonly never[] = Object.freeze([]);

/**
 * Hands an answer to a handler at its pace. What is stored is lent, not copied: the copy would cost more than all the
 * rest of a large hit, and undici's own cache lends as well.
 */
export class Delivery implements DispatchController {
  readonly #handler: DispatchHandler;
  #abort: AbortController | undefined;
  #answer: Answer | undefined;
  #raw: Buffer[] | undefined;
  /** Bytes that are lent, and how many of them have been handed over. */
  #bytes: Buffer | undefined;
  #at = 0;
  #isFlowing = false;
  #wake: (() => void) | undefined;
  #isOver = false;
  paused = false;
  aborted = false;
  reason: Error | null = null;
  readonly rawTrailers: readonly never[] = NO_TRAILERS;

  constructor(handler: DispatchHandler) {
    this.#handler = handler;
  }

  /** Made when it is asked for: a hit needs none. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.aborted) this.#abort.abort(this.reason);
    }
    return this.#abort.signal;
  }

  /** Names and values in turn; undici's fetch reads these. */
  get rawHeaders(): Buffer[] {
    this.#raw ??= this.#answer === undefined ? [] : rawHeadersFor(this.#answer);
    return this.#raw;
  }

  set rawHeaders(raw: Buffer[]) {
    this.#raw = raw;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#goOn();
  }

  abort(reason: Error): void {
    if (this.aborted || this.#isOver) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort?.abort(reason);
    // A caller that waits for the engine hears of it here; what the engine says later comes too late.
    if (this.#answer === undefined) this.fail(reason);
    else this.#goOn();
  }

  /** Passes an interim response on, unless the answer has come from elsewhere meanwhile. */
  inform(status: number, headers: DispatchHeaders, statusText: string): void {
    if (this.#answer !== undefined || this.#isOver || this.aborted) return;
    this.#raw = rawOf(headers);
    this.#handler.onResponseStart?.(this, status, headers, statusText);
    this.#raw = undefined;
  }

  /** Hands over all of it at once, unless the body has to be waited for, or is too much for its reader. */
  begin(answer: Answer): void {
    const { body } = answer;
    if (this.#isOver) {
      if (body instanceof ReadableStream) body.cancel(this.reason).catch(ignore);
      return;
    }
    this.#answer = answer;
    try {
      this.#handler.onResponseStart?.(this, answer.status, headersFor(answer), answer.statusText);
      if (body instanceof ReadableStream) void this.#follow(body);
      else {
        this.#bytes = lend(body ?? NO_BODY);
        this.#flow(this.#bytes);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handler.onResponseError?.(this, error as Error);
  }

  #goOn(): void {
    this.#wake?.();
    // A reader that resumes from within what it has just been handed is in the loop already.
    if (this.#bytes === undefined || this.#isFlowing || this.#isOver) return;
    try {
      this.#flow(this.#bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  #flow(bytes: Buffer): void {
    this.#isFlowing = true;
    while (!this.paused && !this.aborted && this.#at < bytes.byteLength) {
      const piece = bytes.subarray(this.#at, this.#at + PIECE_BYTES);
      this.#at += piece.byteLength;
      this.#handler.onResponseData?.(this, piece);
    }
    this.#isFlowing = false;
    if (this.aborted) this.fail(this.reason);
    else if (!this.paused) this.#end();
  }

  /** A body that comes over time. */
  async #follow(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of body) {
        if (this.paused || this.aborted) await this.#untilWanted();
        this.#handler.onResponseData?.(this, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      }
      if (this.paused || this.aborted) await this.#untilWanted();
      this.#end();
    } catch (error) {
      this.fail(error);
    }
  }

  async #untilWanted(): Promise<void> {
    while (this.paused && !this.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    if (this.aborted) throw this.reason ?? new Error('aborted');
  }

  #end(): void {
    this.#isOver = true;
    this.#handler.onResponseEnd?.(this, this.#answer?.trailers?.() ?? {});
  }
}

/** The same memory, which no caller can take away by transferring it to another thread. */
function lend(bytes: Uint8Array): Buffer {
  markAsUntransferable(bytes.buffer);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ignore(): void {}
