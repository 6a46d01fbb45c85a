// One request to the origin, and everybody who waits for what comes of it.
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import type { Found } from './lookup.ts';
import type { Origin, OriginResponse } from './origin.ts';
import type { SharedBody } from './shared-body.ts';

/**
 * - `shared`: a response that may be stored, so that anybody for whom it is fresh may have it.
 * - `validated`: the stored response is still right.
 * - `single`: a response for the one who asked, and no other caller.
 */
export type Outcome =
  | {
      readonly kind: 'shared';
      readonly entry: StoredEntry;
      /** Status of the origin's answer, which may have brought only what was missing. */
      readonly answeredBy: number;
      readonly body: SharedBody;
      /** False while the store fails. */
      readonly isStored: boolean;
    }
  | {
      readonly kind: 'validated';
      readonly entry: StoredEntry;
      readonly body: Uint8Array;
      /** Cookies that the 304 sets, for the one who asked. */
      readonly setCookies: readonly string[];
    }
  | { readonly kind: 'single'; readonly response: OriginResponse };

/** A request of a user, on its way through the cache. */
export interface Journey {
  readonly request: CacheRequest;
  readonly origin: Origin;
  readonly found: Found;
}

/** Bounds how long a flight lasts that no caller waits for any more. */
const UNATTENDED_LIMIT_MS = 30_000;

export class Flight implements Journey {
  readonly request: CacheRequest;
  readonly origin: Origin;
  readonly found: Found;
  readonly #controller: AbortController = new AbortController();
  readonly signal: AbortSignal;
  readonly departedAt: number;
  /** How long others join it while it brings nothing. */
  readonly patienceMs: number;
  /** It isn't for one user alone, so that the end of one is not its own. */
  readonly isShared: boolean;
  /** The response has come, the body may not have. */
  hasAnswer = false;
  /** What others may read too; it ends when this is aborted. */
  body: SharedBody | undefined;
  /** No caller can join: it is over, or what it brings has become invalid. */
  isClosed = false;
  #isOver = false;
  #isWanted = false;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param signal Of its only user, if it has but one. */
  constructor(
    { request, origin, found }: Journey,
    signal: AbortSignal | undefined,
    departedAt: number,
    patienceMs: number,
  ) {
    this.departedAt = departedAt;
    this.patienceMs = patienceMs;
    this.isShared = signal === undefined;
    this.request = request;
    this.origin = origin;
    this.found = found;
    const own = this.#controller.signal;
    this.signal = signal === undefined ? own : AbortSignal.any([signal, own]);
  }

  get isAttended(): boolean {
    return this.#users > 0;
  }

  join(): void {
    this.#users += 1;
    clearTimeout(this.#timer);
  }

  /** The last who leaves ends it, unless its result is wanted for later. */
  leave(): void {
    this.#users -= 1;
    if (this.#users > 0 || this.#isOver) return;
    if (!this.#isWanted) {
      this.abort(new Error('request cancelled: no caller waits for it'));
      return;
    }
    this.#timer = setTimeout(() => {
      this.abort(new Error(`request cancelled: no caller has waited for it for ${UNATTENDED_LIMIT_MS} ms`));
    }, UNATTENDED_LIMIT_MS);
    this.#timer.unref();
  }

  /** Leaves. For the sake of the cache it should go on for a while without anybody. */
  leaveRunning(): void {
    this.#isWanted = true;
    this.leave();
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
    const { body } = this;
    if (body === undefined) return;
    // A turn later, so that a body that has come already, such as none, is stored all the same.
    setImmediate(() => {
      body.cancel(reason);
    });
  }

  /** It keeps others waiting for longer than they should, whether it is answered or not. */
  isStalled(steadyNow: number): boolean {
    if (this.hasAnswer) return (this.body?.stalledForMs ?? 0) > this.patienceMs;
    return steadyNow - this.departedAt > this.patienceMs;
  }

  /** Nothing is left to abort or to join. */
  end(): void {
    this.isClosed = true;
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}
