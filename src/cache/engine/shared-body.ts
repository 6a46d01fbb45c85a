// A body that is kept while it is read, by any number of readers at their own pace.
import { RespiteError } from '../../core/errors.ts';
import type { ByteBudget } from './byte-budget.ts';

/** What one body holds of the budget. Given back once, by whoever is last, or when nobody can be any more. */
interface Hold {
  readonly budget: ByteBudget;
  bytes: number;
  readers: number;
  flowing: boolean;
}

/** Responses that are dropped unread never say so. */
const dropped = new FinalizationRegistry<Hold>((hold) => {
  leave(hold);
});

function leave(hold: Hold): void {
  hold.readers -= 1;
  releaseIfDone(hold);
}

function releaseIfDone(hold: Hold): void {
  if (hold.readers > 0 || hold.flowing) return;
  hold.budget.release(hold.bytes);
  hold.bytes = 0;
}

export interface SharedBodyOptions {
  /** More than that is not kept. */
  readonly entryLimitBytes: number;
  readonly budget: ByteBudget;
  /** All of it has come, and fitted. */
  readonly onComplete: (body: Uint8Array) => void;
  /** It won't be complete: too large, or broken off. Readers may still be reading. */
  readonly onIncomplete: (reason: 'too-large' | 'failed') => void;
  /** A reader has ended or gone. */
  readonly onReaderGone: () => void;
}

interface BodyReader {
  position: number;
  /** Of the next chunk, counted from the first of all. */
  chunk: number;
  wake: (() => void) | undefined;
  error: unknown;
}

/** Copies are handed out in pieces of this size, so that a reader who stops holds no more than one. */
const PIECE_BYTES = 64 * 1024;

/**
 * Reads a stream as fast as it comes and keeps all of it, as long as it fits; readers follow, none waits for another.
 * When it doesn't fit, it is no longer kept: it flows as fast as the fastest reader takes it, and readers that fall
 * behind by more than the limit are cut off.
 */
export class SharedBody {
  readonly #options: SharedBodyOptions;
  readonly #source: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #readers = new Set<BodyReader>();
  readonly #hold: Hold;
  #chunks: Uint8Array[] = [];
  #firstChunk = 0;
  #received = 0;
  #whole: Uint8Array | undefined;
  #state: 'kept' | 'passing' | 'complete' | 'ended' | 'failed' = 'kept';
  #error: unknown;
  #onDemand: (() => void) | undefined;

  constructor(source: ReadableStream<Uint8Array> | null, options: SharedBodyOptions) {
    this.#options = options;
    this.#source = source?.getReader();
    this.#hold = { budget: options.budget, bytes: 0, readers: 0, flowing: true };
  }

  /** Whether somebody who comes now can still have all of it. */
  get canBeJoined(): boolean {
    return this.#state === 'kept' || this.#state === 'complete';
  }

  /** Begins to read, once. Readers that are to be sure of all of it are opened before. */
  start(): void {
    void this.#pump();
  }

  /** A stream of the whole body, for one reader. */
  open(signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    const reader: BodyReader = { position: 0, chunk: 0, wake: undefined, error: undefined };
    const hold = this.#hold;
    this.#readers.add(reader);
    hold.readers += 1;
    let gone = false;
    const token = {};
    const goAway = (): void => {
      if (gone) return;
      gone = true;
      signal?.removeEventListener('abort', onAbort);
      dropped.unregister(token);
      this.#readers.delete(reader);
      this.#forget();
      leave(hold);
      this.#options.onReaderGone();
    };
    const onAbort = (): void => {
      reader.error = signal?.reason;
      controller?.error(reader.error);
      reader.wake?.();
      goAway();
    };
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>(
      {
        start: (given) => {
          controller = given;
        },
        pull: async (into) => {
          let piece: Uint8Array | undefined;
          try {
            piece = await this.#next(reader);
          } catch (error) {
            goAway();
            throw error;
          }
          if (gone) return;
          if (piece === undefined) {
            into.close();
            goAway();
          } else into.enqueue(piece);
        },
        cancel: () => {
          reader.wake?.();
          goAway();
        },
      },
      { highWaterMark: 0 },
    );
    signal?.addEventListener('abort', onAbort);
    dropped.register(stream, hold, token);
    return stream;
  }

  async #next(reader: BodyReader): Promise<Uint8Array | undefined> {
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
        return chunk.slice();
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
        if (next.value.byteLength > 0) this.#push(next.value);
      }
    } catch (error) {
      this.#error = error;
      const wasKept = this.#state === 'kept';
      this.#state = 'failed';
      this.#end();
      if (wasKept) this.#options.onIncomplete('failed');
      return;
    }
    if (this.#state === 'kept') {
      this.#whole = concatenate(this.#chunks, this.#received);
      this.#chunks = [];
      this.#state = 'complete';
      this.#options.onComplete(this.#whole);
    } else this.#state = 'ended';
    this.#end();
  }

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#received += chunk.byteLength;
    if (this.#state === 'kept') {
      const fits =
        this.#received <= this.#options.entryLimitBytes && this.#options.budget.take(chunk.byteLength);
      if (fits) this.#hold.bytes += chunk.byteLength;
      else this.#pass();
    } else this.#cutOff();
    this.#wakeAll();
  }

  /** From now on nothing is kept but what readers have not had; that counts until they have. */
  #pass(): void {
    this.#state = 'passing';
    this.#forget();
    this.#options.onIncomplete('too-large');
  }

  #cutOff(): void {
    for (const reader of this.#readers) {
      if (this.#received - reader.position <= this.#options.entryLimitBytes) continue;
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
    const counted = Math.min(bytes, this.#hold.bytes);
    this.#hold.bytes -= counted;
    this.#hold.budget.release(counted);
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

  #end(): void {
    this.#hold.flowing = false;
    releaseIfDone(this.#hold);
    this.#wakeAll();
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
