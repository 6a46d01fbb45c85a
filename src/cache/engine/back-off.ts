// Which origins and resources are in trouble, so that requests that can do without them do not wait to find out again.
import type { CacheRequest } from '../policy/request.ts';
import { ByName } from './by-name.ts';

/** How long a resource or an origin in trouble is not asked, unless it says for how long (Retry-After). */
const BACK_OFF_MS = 1000;

/** After this long without news, trouble is no longer taken for granted. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Failures in a row, of different resources if it answers, after which an origin counts as down for misses too. */
const FAILURES_LIMIT = 3;

/** Requests that may wait at once for an origin that is known to hang. */
const UNANSWERED_LIMIT = 10;

/** How much longer a resource that has failed itself waits for the turn to probe its origin: others tell more of that. */
const YIELD_MS = 250;

/** Answers that something stale is better than: those of RFC 5861, 4, and 429, by which a server sheds load. */
const TROUBLE: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** Those that are about a server, not about one of its resources. */
const DOWN: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether an answer shows trouble, so that something stale is better. */
export function isTrouble(status: number): boolean {
  return TROUBLE.has(status);
}

/** What a request that could be answered by something stale should do: ask, do without, or do without and have it probed. */
export type Advice = 'ask' | 'wait' | 'probe';

/** Why a miss is not sent; `status` is what the origin last answered, undefined if it didn't. */
export interface Refusal {
  readonly status: number | undefined;
  readonly retryMs: number;
}

interface OriginState {
  /** In a row, without an answer between them that shows no trouble. */
  failures: number;
  lastFailed: string;
  /** Of the last failure; undefined if it was none that the origin answered. */
  status: number | undefined;
  hangs: boolean;
  answeredAt: number;
  unanswered: number;
  /** Not to be asked before this by those that can do without. */
  until: number;
  /** When the last miss was let through although the origin is down. */
  probedAt: number;
}

/**
 * Learns from failures of the transport, from requests that are not answered, and from what plain requests are answered: one user's 429
 * says nothing about others. Times in milliseconds on a clock that is never set back.
 */
export class BackOff {
  readonly #origins = new ByName<OriginState>();
  readonly #resources = new ByName<number>();
  readonly #onBackOff: (name: string, pauseMs: number) => void;

  constructor(onBackOff: (name: string, pauseMs: number) => void) {
    this.#onBackOff = onBackOff;
  }

  sent(request: CacheRequest): void {
    this.#origin(request).unanswered += 1;
  }

  /** However it ended. */
  settled(request: CacheRequest): void {
    const state = this.#origin(request);
    state.unanswered = Math.max(0, state.unanswered - 1);
  }

  answered(request: CacheRequest, status: number, retryAfterMs: number, now: number): void {
    const state = this.#origin(request);
    state.answeredAt = now;
    state.hangs = false;
    if (!isTrouble(status)) {
      state.failures = 0;
      state.until = 0;
      this.#resources.delete(request.resource);
      return;
    }
    if (!request.isPlain) return;
    const pauseMs = Math.max(retryAfterMs, BACK_OFF_MS);
    this.#resources.set(request.resource, now + pauseMs);
    this.#onBackOff(request.resource, pauseMs);
    if (!DOWN.has(status) || state.lastFailed === request.resource) {
      // It is there after all.
      if (state.status === undefined) state.until = 0;
      return;
    }
    state.status = status;
    this.#count(state, request, now);
    if (state.failures < FAILURES_LIMIT) state.until = 0;
  }

  /** The origin could not be reached, or the connection to it broke. */
  failed(request: CacheRequest, now: number): void {
    const state = this.#origin(request);
    state.status = undefined;
    this.#count(state, request, now);
    this.#onBackOff(originOf(request), BACK_OFF_MS);
  }

  /** An answer broke off in its body: the next request had better get something stale. About one resource only, as the origin is there. */
  brokeOff(request: CacheRequest, now: number): void {
    if (!request.isPlain) return;
    this.#resources.set(request.resource, now + BACK_OFF_MS);
    this.#onBackOff(request.resource, BACK_OFF_MS);
  }

  /** A request that was sent at `sentAt` has not been answered within its deadline. */
  late(request: CacheRequest, sentAt: number, now: number): void {
    const state = this.#origin(request);
    const until = this.#resources.get(request.resource) ?? 0;
    this.#resources.set(request.resource, Math.max(until, now + BACK_OFF_MS));
    // It answers others meanwhile: then this one resource is slow.
    if (state.answeredAt > sentAt) {
      this.#onBackOff(request.resource, BACK_OFF_MS);
      return;
    }
    state.hangs = true;
    state.status = undefined;
    this.#count(state, request, now);
    this.#onBackOff(originOf(request), BACK_OFF_MS);
  }

  /** For a request that something stale could answer. */
  advise(request: CacheRequest, now: number): Advice {
    const origin = adviceOf(this.#origins.get(originOf(request))?.until, now);
    const resource = adviceOf(this.#resources.get(request.resource), now);
    if (origin === 'wait' || resource === 'wait') return 'wait';
    return origin === 'probe' || resource === 'probe' ? 'probe' : 'ask';
  }

  /** One request probes what is in trouble; others don't meanwhile. */
  probing(request: CacheRequest, now: number): void {
    const state = this.#origins.get(originOf(request));
    if (state !== undefined && adviceOf(state.until, now) === 'probe') {
      state.until = now + BACK_OFF_MS;
      state.probedAt = now;
    }
    if (adviceOf(this.#resources.get(request.resource), now) === 'probe')
      this.#resources.set(request.resource, now + BACK_OFF_MS);
  }

  /** For a request that only the origin can answer: undefined to send it. One a second goes to an origin that is down. */
  refuse(request: CacheRequest, now: number): Refusal | undefined {
    const state = this.#origins.get(originOf(request));
    if (state === undefined || now >= state.until + FORGOTTEN_AFTER_MS) return undefined;
    const isDown = state.failures >= FAILURES_LIMIT;
    if (!isDown && !(state.hangs && state.unanswered >= UNANSWERED_LIMIT)) return undefined;
    const hasFailed = adviceOf(this.#resources.get(request.resource), now) === 'wait';
    const dueAt = state.probedAt + BACK_OFF_MS + (hasFailed ? YIELD_MS : 0);
    if (now < dueAt) return { status: state.status, retryMs: dueAt - now };
    state.probedAt = now;
    // Those that can do without don't probe beside it, however long its answer takes.
    state.until = Math.max(state.until, now + BACK_OFF_MS);
    return undefined;
  }

  #count(state: OriginState, request: CacheRequest, now: number): void {
    if (state.failures === 0 || state.failures + 1 === FAILURES_LIMIT) state.probedAt = now;
    state.failures += 1;
    state.lastFailed = request.resource;
    state.until = now + BACK_OFF_MS;
  }

  #origin(request: CacheRequest): OriginState {
    const name = originOf(request);
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const state: OriginState = {
      failures: 0,
      lastFailed: '',
      status: undefined,
      hangs: false,
      answeredAt: -Infinity,
      unanswered: 0,
      until: 0,
      probedAt: -Infinity,
    };
    this.#origins.set(name, state);
    return state;
  }
}

function adviceOf(until: number | undefined, now: number): Advice {
  if (until === undefined || until === 0 || now >= until + FORGOTTEN_AFTER_MS) return 'ask';
  return now < until ? 'wait' : 'probe';
}

function originOf({ url }: CacheRequest): string {
  return new URL(url).origin;
}
