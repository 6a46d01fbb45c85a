// One request of a client under way, with its attempts. Used again for later requests, so that a run allocates few of them.
import type { Manner } from './arrivals.ts';

/** How an attempt has ended. `status` is 0 where there was no response. */
export interface Ending {
  readonly status: number;
  /** `Respite-Shed`, or the code of an HTTP/2 refusal. */
  readonly reason: string | undefined;
  readonly retryAfter: string | undefined;
  /** Of an error: `ECONNRESET`. */
  readonly error: string | undefined;
}

export class Exchange {
  /** When its first attempt was due, from the start of the run. */
  dueMs = 0;
  /** When the attempt under way was due. */
  startedMs = 0;
  kind = 0;
  manner: Manner = 'gives up';
  isSlow = false;
  /** Of kinds that vary: the path of this request; otherwise undefined. */
  path: string | undefined = undefined;
  /** Of kinds that vary: the size of its body; 0 for none. */
  bodyBytes = 0;
  /** Repeats so far. */
  repeats = 0;
  /** How often its attempt was sent on another connection, because the server closed the first one and had not looked at it. */
  resends = 0;
  /** Neither has it ended, nor does it wait for its next attempt. */
  isLive = false;
  /** It waits for a connection. */
  isQueued = false;
  /** The connection or stream that it is sent on; the transport's. */
  carrier: object | undefined;
  /** Links of the list of live exchanges. */
  previous: Exchange | undefined;
  next: Exchange | undefined;
}

/** Live exchanges in the order in which their attempts were due: the first one times out first. */
export class LiveList {
  size = 0;
  #first: Exchange | undefined;
  #last: Exchange | undefined;

  get first(): Exchange | undefined {
    return this.#first;
  }

  append(exchange: Exchange): void {
    exchange.isLive = true;
    exchange.previous = this.#last;
    exchange.next = undefined;
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    this.size += 1;
  }

  remove(exchange: Exchange): void {
    const { previous, next } = exchange;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    exchange.previous = exchange.next = undefined;
    exchange.isLive = false;
    this.size -= 1;
  }
}
