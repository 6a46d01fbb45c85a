// The abort signal of one attempt: it follows the signals of callers, the attempt's time-out and the call's deadline. Made by hand, as
// AbortSignal.any() leaks on Node.js 22 and 24 (node #54614, #55351): a caller's signal often lives as long as the process.

/** Removes what an attempt left on its caller's signal, and its timer, when the response has been collected unread. */
const collected = new FinalizationRegistry<() => void>((release) => {
  release();
});

/** Keeps an attempt's controller as long as its response or the response's body: until then the caller can still abort it. */
const kept = new WeakMap<object, AbortController>();

export class AttemptSignal {
  readonly #controller = new AbortController();
  readonly #release: () => void;
  #timer: NodeJS.Timeout | undefined;
  #timedOut = false;

  /**
   * @param timeoutMs Time until {@link AttemptSignal.responded}.
   * @param timeoutError What the attempt is aborted with then.
   */
  constructor(callers: readonly AbortSignal[], timeoutMs: number, timeoutError: () => Error) {
    this.#release = callers.length === 0 ? releaseNothing : follow(callers, weakAbort(this.#controller));
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
    const abort = weakAbort(this.#controller);
    const timer = setTimeout(
      () => {
        abort(deadlineError());
      },
      Math.max(0, leftMs),
    );
    timer.unref();
    const release = this.#release;
    collected.register(this.#controller, () => {
      clearTimeout(timer);
      release();
    });
  }

  /** Nothing follows: lets go of the callers' signals. */
  end(): void {
    clearTimeout(this.#timer);
    this.#release();
  }
}

/** Aborts the controller as long as something else holds it. */
function weakAbort(controller: AbortController): (reason: unknown) => void {
  const weak = new WeakRef(controller);
  return (reason) => weak.deref()?.abort(reason);
}

function releaseNothing(): void {}

/** Passes on the first abort. Returns what ends that; it holds nothing but the signals. */
function follow(signals: readonly AbortSignal[], abort: (reason: unknown) => void): () => void {
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      abort(signal.reason);
    };
    signal.addEventListener('abort', listener, { once: true });
    return listener;
  });
  return () => {
    signals.forEach((signal, i) => {
      const listener = listeners[i];
      if (listener !== undefined) signal.removeEventListener('abort', listener);
    });
  };
}
