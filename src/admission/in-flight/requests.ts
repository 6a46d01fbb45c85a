// The list of requests in flight, oldest first. A list through the requests themselves, so that a request costs no allocation and
// no search. It has two parts: the queue, which the limit counts, and those beside it (exempt, streaming, waiting for their client).
import type { Duplex } from 'node:stream';
import { type Counted, type Outcome, Roster, strike } from '../limit/index.ts';
import { Kinds, type Traffic, type Unanswered } from './kinds.ts';

/** Requests for which a client may wait for an answer, and for how long. */
export interface Waiting {
  /** Requests of which nothing of the answer was sent yet, although all of the request has come; health checks not included. */
  readonly count: number;
  /** How long the oldest of them has waited. */
  readonly oldestMs: number;
}

/** The requests of one route that wait for an answer. */
export interface WaitingRoute {
  /** Method, and the route's pattern; the path without the query where none is known. */
  readonly route: string;
  readonly count: number;
  readonly oldestMs: number;
}

/** A request as this list sees it. */
export interface Listed extends Counted {
  /** Nothing was sent of the answer, and the client has sent all of the request. */
  readonly waits: boolean;
  /** The head of its answer was sent. */
  readonly hasBegun: boolean;
  /** How long it was last seen to wait. */
  waitedMs: number;
  /** For {@link WaitingRoute}. */
  readonly name: string;
  /** The connection of HTTP/1 or session of HTTP/2 that it came on. */
  readonly connection?: { readonly carrier: object } | undefined;
}

/** How a request has ended. */
export interface Settled {
  readonly outcome: Outcome | undefined;
  readonly isExempt: boolean;
  readonly isShed: boolean;
  readonly status: number;
}

const SWITCHING_PROTOCOLS = 101;

/** Maximum of routes in a description. */
const MAX_ROUTES = 10;

/** Maximum of requests that one description looks at; more would stall the event loop noticeably. */
const MAX_DESCRIBED = 10_000;

/** Minimum wait of a request that is reported as waiting, in ms. */
const WAITING_MS = 500;

/** Maximum of waiting requests that one reading reports. */
const MAX_WAITING = 50;

/** How often {@link RequestsInFlight.look} is called, in ms: what it has seen of a wait is short by up to this. */
const LOOK_MS = 1000;

export class RequestsInFlight {
  /** Those that the limit counts. */
  readonly queue: Roster = new Roster();
  readonly #beside = new Roster();
  #count = 0;
  #completed = 0;
  #abandoned = 0;
  #upgraded = 0;
  readonly #kinds = new Kinds();

  /** A request that the limit does not count, or no longer. */
  addBeside(entry: Listed): void {
    this.#beside.add(entry);
  }

  /** Requests in flight. */
  get count(): number {
    return this.#count;
  }

  /** Requests that have ended, without exempt ones and without those that say nothing about this server. */
  get completed(): number {
    return this.#completed;
  }

  /** Of the completed, those whose client had gone away before an answer began. */
  get abandoned(): number {
    return this.#abandoned;
  }

  began(): void {
    this.#count += 1;
  }

  ended(request: Listed): void {
    this.#count -= 1;
    strike(request);
  }

  /** It is known how the request ended. */
  settled(request: Listed & Settled, nowMs: number): void {
    const { outcome, isExempt, isShed, status, waitedMs } = request;
    if (isExempt || isShed || (outcome === undefined && status !== SWITCHING_PROTOCOLS)) return;
    this.#completed += 1;
    const tookMs = nowMs - request.arrivedMs;
    if (outcome === 'cancelled' && !request.hasBegun) {
      this.#abandoned += 1;
      this.#kinds.gaveUp(request.name, tookMs);
    } else if (waitedMs > 0 || this.#kinds.isCurious) {
      this.#kinds.answered(request.name, Math.min(tookMs, waitedMs + LOOK_MS));
    }
  }

  /** What has become of requests since the last call, by kind; to be called once a second. */
  traffic(nowMs: number): Traffic {
    return { ...this.#kinds.take(nowMs), waiting: this.#unanswered(nowMs) };
  }

  /** Looks at every request, in 10 to 50 ns each: not to be called for each of them. */
  look(nowMs: number): Waiting {
    let count = 0;
    let oldestMs = 0;
    for (const entry of this.#all()) {
      if (!entry.waits) continue;
      entry.waitedMs = nowMs - entry.arrivedMs;
      count += 1;
      oldestMs = Math.max(oldestMs, entry.waitedMs);
    }
    return { count, oldestMs };
  }

  /** Those that have waited for at least `forMs`, by route, most first. */
  describe(nowMs: number, forMs: number): WaitingRoute[] {
    return this.#byRoute(nowMs, forMs, ({ waits }) => waits);
  }

  /** All, by route, most first. */
  describeAll(nowMs: number): WaitingRoute[] {
    return this.#byRoute(nowMs, 0, () => true);
  }

  /** Connections that have left HTTP by an upgrade or CONNECT, and are open. They are not in flight. */
  get upgraded(): number {
    return this.#upgraded;
  }

  leavesHttp(socket: Duplex): void {
    if (socket.closed) return;
    this.#upgraded += 1;
    socket.once('close', () => (this.#upgraded -= 1));
  }

  /** The sockets and sessions on which a request is in flight, a response that was ended and not yet sent included. */
  carriers(): Set<object> {
    const found = new Set<object>();
    for (const { connection } of this.#all()) if (connection !== undefined) found.add(connection.carrier);
    return found;
  }

  /** The oldest of those that wait. */
  #unanswered(nowMs: number): Unanswered[] {
    const found: Unanswered[] = [];
    let looked = 0;
    for (const entry of this.#all()) {
      if (found.length === MAX_WAITING || looked === MAX_DESCRIBED) break;
      looked += 1;
      const waitedMs = nowMs - entry.arrivedMs;
      if (waitedMs >= WAITING_MS && entry.waits) found.push(this.#kinds.waits(entry.name, waitedMs));
    }
    return found;
  }

  #byRoute(nowMs: number, forMs: number, isMeant: (entry: Listed) => boolean): WaitingRoute[] {
    const routes = new Map<string, { route: string; count: number; oldestMs: number }>();
    let looked = 0;
    for (const entry of this.#all()) {
      const ageMs = nowMs - entry.arrivedMs;
      looked += 1;
      if (looked > MAX_DESCRIBED) break;
      if (ageMs < forMs || !isMeant(entry)) continue;
      const { name } = entry;
      const found = routes.get(name);
      if (found === undefined) {
        routes.set(name, { route: name, count: 1, oldestMs: ageMs });
        continue;
      }
      found.count += 1;
      found.oldestMs = Math.max(found.oldestMs, ageMs);
    }
    return [...routes.values()].toSorted((a, b) => b.count - a.count).slice(0, MAX_ROUTES);
  }

  *#all(): Generator<Listed> {
    yield* this.#in(this.queue);
    yield* this.#in(this.#beside);
  }

  *#in(roster: Roster): Generator<Listed> {
    for (let entry = roster.oldest; entry !== undefined; entry = roster.after(entry)) yield entry as Listed;
  }
}
