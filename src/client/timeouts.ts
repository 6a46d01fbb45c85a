// The time-outs of all calls behind one timer. Nearly every time-out is called off long before it is due, so what has to be cheap
// is to begin and to end one: a link of a list, no timer of Node.js.
import { AsyncLocalStorage } from 'node:async_hooks';

/** What happens when the time is over. */
export interface Expiring {
  expire(): void;
}

/** Lists by power of two: a time-out is in the list of the largest one that it has left, in ms. 2^30 ms are 12 days. */
const LISTS = 31;

/** Time-outs closer than this are due, in ms: timers of Node.js have whole milliseconds. */
const RESOLUTION_MS = 0.5;

/** The timer belongs to no request: contexts of callers end at it. */
const outside = AsyncLocalStorage.snapshot();

class Link {
  previous: Link = this;
  next: Link = this;
}

/** One time-out, to be used again. Its owner keeps it. */
export class Timeout extends Link {
  readonly owner: Expiring;
  /** When the owner expires, by `performance.now()`. A later time can be set at any moment, an earlier one with {@link Timeouts.start}. */
  endMs = 0;
  /** When the list that it is in has to look at it. */
  dueMs = 0;

  constructor(owner: Expiring) {
    super();
    this.owner = owner;
  }
}

/**
 * Each list holds its links in the order in which they are due, as all of a list wait for the same time. A link that is due and has
 * time left moves to the list of that time: at most one move per list, and only for calls that take long.
 */
export class Timeouts {
  readonly #lists: readonly Link[] = Array.from({ length: LISTS }, () => new Link());
  #timer: NodeJS.Timeout | undefined;
  #armedMs = Infinity;

  /** Begins a time-out, or begins it again. The process does not stay alive for it: a call has a socket for that. */
  start(timeout: Timeout, ms: number): void {
    const nowMs = performance.now();
    unlink(timeout);
    timeout.endMs = nowMs + ms;
    this.#link(timeout, nowMs);
    if (timeout.dueMs < this.#armedMs) this.#arm(timeout.dueMs, nowMs);
  }

  /** Ends it. Harmless if it has not begun. */
  stop(timeout: Timeout): void {
    unlink(timeout);
  }

  #link(timeout: Timeout, nowMs: number): void {
    const leftMs = Math.min(2 ** (LISTS - 1), Math.max(1, timeout.endMs - nowMs));
    const index = 31 - Math.clz32(leftMs);
    const list = this.#lists[index];
    if (list === undefined) return;
    timeout.dueMs = nowMs + 2 ** index;
    const { previous } = list;
    timeout.previous = previous;
    timeout.next = list;
    previous.next = timeout;
    list.previous = timeout;
  }

  #arm(dueMs: number, nowMs: number): void {
    clearTimeout(this.#timer);
    this.#armedMs = dueMs;
    this.#timer = outside(setTimeout, this.#fire, Math.max(1, Math.ceil(dueMs - nowMs))).unref();
  }

  readonly #fire = (): void => {
    this.#armedMs = Infinity;
    try {
      for (const list of this.#lists) this.#expire(list, performance.now());
    } finally {
      // Also when an owner throws: the others must not wait forever.
      this.#armForEarliest();
    }
  };

  #expire(list: Link, nowMs: number): void {
    for (let first = list.next; first instanceof Timeout; first = list.next) {
      if (first.dueMs > nowMs + RESOLUTION_MS) return;
      unlink(first);
      if (first.endMs > nowMs + RESOLUTION_MS) this.#link(first, nowMs);
      else first.owner.expire();
    }
  }

  #armForEarliest(): void {
    let earliestMs = Infinity;
    for (const { next } of this.#lists) {
      if (next instanceof Timeout) earliestMs = Math.min(earliestMs, next.dueMs);
    }
    if (earliestMs < this.#armedMs) this.#arm(earliestMs, performance.now());
  }
}

/** Those of all clients: a process needs one timer for them. */
export const callTimeouts: Timeouts = new Timeouts();

function unlink(link: Link): void {
  link.previous.next = link.next;
  link.next.previous = link.previous;
  link.previous = link;
  link.next = link;
}
