// One page that looks. What it does not take is not kept for it: it gets later what it has missed, from the history itself.
import type { History, InstanceMeasure } from '../../supervisor/index.ts';
import { momentsEvent, resumeFrom } from './moments.ts';

/** As many moments are sent in one piece: about 40 KB at most, which is all that a reader who does not read has of our memory. */
const CHUNK = 300;

/** A reader that has taken nothing for this time is gone. */
const GIVE_UP_MS = 60_000;

/** What a `ServerResponse` has. */
export interface Sink {
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
  end(): void;
  destroy(): void;
}

/** What is sent. */
export interface Source {
  readonly epoch: number;
  readonly names: readonly InstanceMeasure[];
  readonly history: () => History<InstanceMeasure> | undefined;
  /** Event `state`, as text. */
  readonly state: (nowMs: number, isAuthenticated: boolean) => string;
}

export class EventStream {
  readonly isAuthenticated: boolean;
  readonly #sink: Sink;
  readonly #source: Source;
  readonly #lastEventId: string | undefined;
  /** The number of the next moment; undefined before the first was sent. */
  #next: number | undefined;
  #wroteAtMs: number;

  constructor(
    sink: Sink,
    source: Source,
    {
      lastEventId,
      isAuthenticated,
      nowMs,
    }: { lastEventId: string | undefined; isAuthenticated: boolean; nowMs: number },
  ) {
    this.#sink = sink;
    this.#source = source;
    this.#lastEventId = lastEventId;
    this.isAuthenticated = isAuthenticated;
    this.#wroteAtMs = nowMs;
  }

  /** Sends what is new, as far as it is taken. @returns False when it is given up. */
  pump(nowMs: number): boolean {
    if (this.#sink.writableNeedDrain) return nowMs - this.#wroteAtMs <= GIVE_UP_MS;
    if (!this.#sendMoments(nowMs)) return true;
    // Also the heartbeat, since it says what time it is: no proxy in between takes the connection for idle.
    this.#write(this.#source.state(nowMs, this.isAuthenticated), nowMs);
    return true;
  }

  end(): void {
    this.#sink.end();
  }

  destroy(): void {
    this.#sink.destroy();
  }

  /** @returns Whether all is sent and more may be written. */
  #sendMoments(nowMs: number): boolean {
    const { history: current, epoch, names } = this.#source;
    const history = current();
    if (history === undefined) return true;
    const behind = this.#next === undefined ? this.#lastEventId : `${epoch}-${this.#next}`;
    let { from, isFresh } = resumeFrom(behind, epoch, history);
    this.#next = from;
    // A page that begins anew is told so even when there is nothing yet.
    while (isFresh || from < history.added) {
      const to = Math.min(history.added, from + CHUNK);
      const mayGoOn = this.#write(momentsEvent(history, names, epoch, { from, to, isFresh }), nowMs);
      this.#next = from = to;
      isFresh = false;
      if (!mayGoOn) return false;
    }
    return true;
  }

  #write(text: string, nowMs: number): boolean {
    this.#wroteAtMs = nowMs;
    return this.#sink.write(text);
  }
}
