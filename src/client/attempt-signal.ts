// The abort signal of one attempt: it follows the caller's signal, the attempt's time-out and the call's deadline. Made by hand, as
// AbortSignal.any() leaks on Node.js 22 and 24 (node #54614, #55351): a caller's signal often lives as long as the process.

/** Removes what an attempt left on its caller's signal, and its timer, when the response has been collected unread. */
const collected = new FinalizationRegistry<() => void>((release) => {
  release();
});

/** Keeps an attempt's controller as long as its response or the response's body: until then the caller can still abort it. */
const kept = new WeakMap<object, AbortController>();

export class AttemptSignal {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #follow: () => void;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  /**
   * @param timeoutMs Time until {@link AttemptSignal.responded}.
   * @param timeoutError What the attempt is aborted with then.
   */
  constructor(caller: AbortSignal | undefined, timeoutMs: number, timeoutError: () => Error) {
    this.#caller = caller;
    const weak = new WeakRef(this.#controller);
    this.#follow = () => {
      weak.deref()?.abort(caller?.reason);
    };
    caller?.addEventListener('abort', this.#follow, { once: true });
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.#controller.abort(timeoutError());
    }, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time-out, rather than the caller, has ended the attempt. */
  get hasTimedOut(): boolean {
    return this.#timedOut;
  }

  /** The headers are there. The body may take until the deadline, which is `leftMs` away. */
  responded(response: Response, leftMs: number, deadlineError: () => Error): void {
    const { body } = response;
    clearTimeout(this.#timer);
    if (body === null) {
      this.end();
      return;
    }
    kept.set(response, this.#controller).set(body, this.#controller);
    const weak = new WeakRef(this.#controller);
    const timer = setTimeout(() => weak.deref()?.abort(deadlineError()), Math.max(0, leftMs));
    timer.unref();
    const caller = this.#caller;
    const follow = this.#follow;
    collected.register(this.#controller, () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', follow);
    });
  }

  /** Nothing follows: lets go of the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#follow);
  }

  /** Aborts an attempt whose result is no longer wanted. */
  abort(reason: Error): void {
    this.end();
    this.#controller.abort(reason);
  }
}
