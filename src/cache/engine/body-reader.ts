// One reader of a body that several read.
import { closeBytes } from '../../http/close-bytes.ts';

/** The body that a reader is of. */
export interface ReadBody {
  /** The next bytes for the reader, which become its own; undefined at the end. */
  next(reader: BodyReader): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The reader wants no more: it has had all, has cancelled or failed (`left`), or was collected unread (`dropped`). */
  gone(reader: BodyReader, how: 'left' | 'dropped'): void;
}

/** Streams that are dropped unread never say so. What is held here must not hold the stream. */
const dropped = new FinalizationRegistry<BodyReader>((reader) => {
  reader.leave('dropped');
});

export class BodyReader {
  position = 0;
  /** The next chunk, counted from the first of all. */
  chunk = 0;
  /** Set while the reader waits for bytes. */
  wake: (() => void) | undefined;
  error: unknown;
  readonly #body: ReadBody;
  #isGone = false;
  #ignoreSignal: (() => void) | undefined;

  constructor(body: ReadBody) {
    this.#body = body;
  }

  /** The stream that the reader is read by: of bytes, as those of `fetch` are. It fails when the signal is aborted. */
  stream(signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    let controller: WeakRef<ReadableByteStreamController> | undefined;
    const stream: ReadableStream<Uint8Array> = new ReadableStream(
      {
        type: 'bytes',
        start: (into) => {
          // Held weakly, as a signal can outlive many responses that were not read.
          controller = new WeakRef(into);
        },
        pull: (into) => this.#pull(into),
        cancel: () => {
          this.leave('left');
        },
      },
      { highWaterMark: 0 },
    );
    if (signal !== undefined) {
      const onAbort = (): void => {
        this.error = signal.reason;
        controller?.deref()?.error(signal.reason);
        this.leave('left');
      };
      signal.addEventListener('abort', onAbort);
      this.#ignoreSignal = () => {
        signal.removeEventListener('abort', onAbort);
      };
    }
    dropped.register(stream, this, this);
    return stream;
  }

  leave(how: 'left' | 'dropped'): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#ignoreSignal?.();
    dropped.unregister(this);
    this.wake?.();
    this.#body.gone(this, how);
  }

  async #pull(into: ReadableByteStreamController): Promise<void> {
    let piece: Uint8Array<ArrayBuffer> | undefined;
    try {
      piece = await this.#body.next(this);
    } catch (error) {
      this.leave('left');
      throw error;
    }
    if (this.#isGone) return;
    if (piece === undefined) {
      closeBytes(into);
      this.leave('left');
    } else into.enqueue(piece);
  }
}
