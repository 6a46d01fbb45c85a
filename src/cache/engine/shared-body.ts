// A body that is kept while it is read, by any number of readers at their own pace.
import { RespiteError } from '../../core/errors.ts';
import { BodyReader, type ReadBody } from './body-reader.ts';
import type { ByteBudget } from './byte-budget.ts';

/** Why a body is not complete: it is too large to keep, its source broke off, or it was cancelled. */
export type Incomplete =
  | { readonly reason: 'too-large' | 'cancelled' }
  | { readonly reason: 'broken'; readonly error: unknown };

export interface SharedBodyOptions {
  /** More than that is not kept. */
  readonly entryLimitBytes: number;
  readonly budget: ByteBudget;
  /** Whether it is of use to the cache when no caller reads it. */
  readonly isStored: boolean;
  /** All of it has come, and fitted. */
  readonly onComplete: (body: Uint8Array) => void;
  /** It won't be complete. Readers may still be reading. */
  readonly onIncomplete: (why: Incomplete) => void;
  /** A reader has ended (`left`), or was collected unread (`dropped`). */
  readonly onReaderGone: (how: 'left' | 'dropped') => void;
}

/** Copies are handed out in pieces of this size, so that a reader who stops holds no more than one. */
const PIECE_BYTES = 64 * 1024;

/**
 * Reads a stream as fast as it comes and keeps all of it, as long as it fits; readers follow, none waits for another.
 * When it doesn't fit, it is no longer kept: it flows as fast as the fastest reader takes it, and readers that fall
 * behind by more than the limit are cut off.
 *
 * It owns its source and the bytes that it holds of the budget. A source that is neither read nor stored is cancelled, whatever
 * the readers ended by.
 */
export class SharedBody implements ReadBody {
  readonly #options: SharedBodyOptions;
  readonly #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #readers = new Set<BodyReader>();
  #chunks: Uint8Array[] = [];
  #firstChunk = 0;
  #received = 0;
  /** Bytes of the budget that are taken and not given back yet. */
  #held = 0;
  #whole: Uint8Array | undefined;
  #state: 'kept' | 'passing' | 'complete' | 'ended' | 'failed' = 'kept';
  /** When it last got on, by a clock that is never set back. */
  #progressAt = performance.now();
  #error: unknown;
  #onDemand: (() => void) | undefined;

  constructor(source: ReadableStream<Uint8Array> | null, options: SharedBodyOptions) {
    this.#options = options;
    this.#source = source?.getReader();
  }

  /** Whether a caller who comes now can still have all of it. */
  get canBeJoined(): boolean {
    return this.#state === 'kept' || this.#state === 'complete';
  }

  /** How long its source has brought nothing; 0 when it is over. */
  get stalledForMs(): number {
    return this.#state === 'kept' ? performance.now() - this.#progressAt : 0;
  }

  /** Begins to read, once. Readers that are to be sure of all of it are opened before. */
  start(): void {
    this.#cancelIfUseless();
    void this.#pump();
  }

  /** A stream of the whole body, for one reader. */
  open(signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    const reader = new BodyReader(this);
    this.#readers.add(reader);
    return reader.stream(signal);
  }

  gone(reader: BodyReader, how: 'left' | 'dropped'): void {
    this.#readers.delete(reader);
    this.#forget();
    this.#releaseIfDone();
    this.#options.onReaderGone(how);
    this.#cancelIfUseless();
  }

  /** Ends it before its end: readers that are left fail, and the source is told to stop. */
  cancel(reason: unknown): void {
    if (this.#state !== 'kept' && this.#state !== 'passing') return;
    this.#fail(reason, { reason: 'cancelled' });
    this.#onDemand?.();
    this.#source?.cancel(reason).catch(ignore);
  }

  async next(reader: BodyReader): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      if (reader.error !== undefined) throw reader.error as Error;
      if (this.#whole !== undefined) {
        const piece = this.#whole.slice(reader.position, reader.position + PIECE_BYTES);
        reader.position += piece.byteLength;
        return piece.byteLength === 0 ? undefined : piece;
      }
      const chunk = this.#chunks[reader.chunk - this.#firstChunk];
      if (chunk !== undefined) {
        reader.chunk += 1;
        reader.position += chunk.byteLength;
        this.#forget();
        // Theirs to do with as they like; ours is shared.
        return new Uint8Array(chunk);
      }
      if (this.#state === 'failed') throw this.#error as Error;
      if (this.#state !== 'kept' && this.#state !== 'passing') return undefined;
      this.#onDemand?.();
      await new Promise<void>((resolve) => {
        reader.wake = resolve;
      });
      reader.wake = undefined;
    }
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        if (this.#state === 'passing') await this.#demand();
        const next = await this.#source?.read();
        if (next === undefined || next.done) break;
        if (this.#state === 'failed') return;
        if (next.value.byteLength > 0) this.#push(next.value);
      }
    } catch (error) {
      this.#fail(error, { reason: 'broken', error });
      return;
    }
    if (this.#state === 'failed') return;
    if (this.#state === 'kept') {
      this.#whole = concatenate(this.#chunks, this.#received);
      this.#chunks = [];
      this.#state = 'complete';
      this.#options.onComplete(this.#whole);
    } else this.#state = 'ended';
    this.#releaseIfDone();
    this.#wakeAll();
  }

  #fail(error: unknown, why: Incomplete): void {
    if (this.#state === 'failed') return;
    const wasKept = this.#state === 'kept';
    this.#error = error;
    this.#state = 'failed';
    this.#releaseIfDone();
    this.#wakeAll();
    if (wasKept) this.#options.onIncomplete(why);
  }

  #push(chunk: Uint8Array): void {
    this.#progressAt = performance.now();
    this.#chunks.push(chunk);
    this.#received += chunk.byteLength;
    if (this.#state === 'kept') {
      const fits =
        this.#received <= this.#options.entryLimitBytes && this.#options.budget.take(chunk.byteLength);
      if (fits) this.#held += chunk.byteLength;
      else this.#pass();
    } else this.#cutOff(this.#received - chunk.byteLength);
    this.#wakeAll();
  }

  /** From now on nothing is kept but what readers have not had; that counts until they have. */
  #pass(): void {
    this.#state = 'passing';
    this.#forget();
    this.#options.onIncomplete({ reason: 'too-large' });
    this.#cancelIfUseless();
  }

  #cancelIfUseless(): void {
    const isUseful = this.#readers.size > 0 || (this.#state === 'kept' && this.#options.isStored);
    if (!isUseful) this.cancel(new Error('response body cancelled: it is neither read nor stored'));
  }

  /** @param before What had been received before the last chunk: who has had that is not behind, however large the chunk is. */
  #cutOff(before: number): void {
    for (const reader of this.#readers) {
      if (before - reader.position <= this.#options.entryLimitBytes) continue;
      reader.error = new RespiteError(
        'RESPITE_CACHE_READER_TOO_SLOW',
        `the body is too large to keep (more than ${this.#options.entryLimitBytes} bytes), and this reader of it was ` +
          'left behind by another',
      );
      reader.chunk = this.#firstChunk + this.#chunks.length;
      reader.position = this.#received;
    }
    this.#forget();
  }

  /** Lets go of chunks that every reader has had, unless all of it is to be kept. */
  #forget(): void {
    if (this.#state !== 'passing') return;
    let needed = this.#firstChunk + this.#chunks.length;
    for (const reader of this.#readers) needed = Math.min(needed, reader.chunk);
    if (needed === this.#firstChunk) return;
    let bytes = 0;
    for (const chunk of this.#chunks.splice(0, needed - this.#firstChunk)) bytes += chunk.byteLength;
    this.#firstChunk = needed;
    // What came since it passes is not counted: it is what one reader has asked for.
    this.#release(Math.min(bytes, this.#held));
  }

  /** Until a reader has had all there is and wants more. */
  #demand(): Promise<void> | undefined {
    const head = this.#firstChunk + this.#chunks.length;
    for (const reader of this.#readers)
      if (reader.wake !== undefined && reader.chunk === head) return undefined;
    return new Promise((resolve) => {
      this.#onDemand = () => {
        this.#onDemand = undefined;
        resolve();
      };
    });
  }

  #releaseIfDone(): void {
    const isFlowing = this.#state === 'kept' || this.#state === 'passing';
    if (!isFlowing && this.#readers.size === 0) this.#release(this.#held);
  }

  #release(bytes: number): void {
    this.#held -= bytes;
    this.#options.budget.release(bytes);
  }

  #wakeAll(): void {
    for (const reader of this.#readers) reader.wake?.();
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.byteLength;
  }
  return whole;
}

function ignore(): void {}
