import { EventStream, type Sink, type Source } from './event-stream.ts';

const EVERY_MS = 1000;

/** Maximum number of open pages; at most half of them unauthenticated, so that those can't keep authenticated ones out. */
const MOST = 16;
const MOST_UNAUTHENTICATED = 8;

/** A `ServerResponse`. */
export interface OpenSink extends Sink {
  readonly destroyed: boolean;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

export interface Looker {
  readonly lastEventId: string | undefined;
  readonly isAuthenticated: boolean;
}

/** All pages that look. While there is none, nothing runs. */
export class EventStreams {
  readonly #source: Source;
  readonly #nowMs: () => number;
  readonly #streams = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Source, nowMs: () => number) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Whether one more may look. */
  hasRoom(isAuthenticated: boolean): boolean {
    const unauthenticated = [...this.#streams].filter((stream) => !stream.isAuthenticated).length;
    return this.#streams.size < MOST && (isAuthenticated || unauthenticated < MOST_UNAUTHENTICATED);
  }

  open(sink: OpenSink, looker: Looker): void {
    // A client that has gone while the console was loaded: its 'close' was emitted before, and would be waited for forever.
    if (sink.destroyed) return;
    const stream = new EventStream(sink, this.#source, { ...looker, nowMs: this.#nowMs() });
    this.#streams.add(stream);
    sink.on('close', () => this.#forget(stream));
    sink.on('drain', () => this.#pump(stream));
    this.#timer ??= setInterval(() => this.tick(), EVERY_MS).unref();
    this.#pump(stream);
  }

  tick(): void {
    for (const stream of this.#streams) this.#pump(stream);
  }

  /** Ends all of them. */
  close(): void {
    for (const stream of this.#streams) {
      this.#forget(stream);
      stream.end();
    }
  }

  #pump(stream: EventStream): void {
    if (!this.#streams.has(stream) || stream.pump(this.#nowMs())) return;
    this.#forget(stream);
    stream.destroy();
  }

  #forget(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
