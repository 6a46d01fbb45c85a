// The abort signal of one attempt: it follows the signals of callers, the attempt's time-out and the call's deadline. Made by hand, as
// AbortSignal.any() leaks on Node.js 22 and 24 (node #54614, #55351): a caller's signal often lives as long as the process.
import { callTimeouts, type Expiring, Timeout } from './timeouts.ts';

/** Ends what an attempt left on its caller's signal, and its deadline, when the response has been collected unread. */
const collected = new FinalizationRegistry<BodyDeadline>((deadline) => {
  deadline.end();
});

/** Keeps an attempt's controller as long as its response or the response's body: until then the caller can still abort it. */
const kept = new WeakMap<object, AbortController>();

export class AttemptSignal implements Expiring {
  readonly #controller = new AbortController();
  readonly #release: () => void;
  readonly #timeout = new Timeout(this);
  readonly #timeoutError: () => Error;
  #timedOut = false;

  /**
   * @param timeoutMs Time until {@link AttemptSignal.responded}.
   * @param timeoutError What the attempt is aborted with then.
   */
  constructor(callers: readonly AbortSignal[], timeoutMs: number, timeoutError: () => Error) {
    this.#release = callers.length === 0 ? releaseNothing : follow(callers, weakAbort(this.#controller));
    this.#timeoutError = timeoutError;
    callTimeouts.start(this.#timeout, timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The time-out, rather than the caller, has ended the attempt. */
  get hasTimedOut(): boolean {
    return this.#timedOut;
  }

  expire(): void {
    this.#timedOut = true;
    this.#controller.abort(this.#timeoutError());
  }

  /** The headers are there. The body may take until the deadline, which is `leftMs` away. */
  responded(response: Response, leftMs: number, deadlineError: () => Error): void {
    const { body } = response;
    if (body === null) {
      this.end();
      return;
    }
    callTimeouts.stop(this.#timeout);
    kept.set(response, this.#controller).set(body, this.#controller);
    const deadline = new BodyDeadline(this.#controller, leftMs, deadlineError, this.#release);
    collected.register(this.#controller, deadline);
  }

  /** Nothing follows: lets go of the callers' signals. */
  end(): void {
    callTimeouts.stop(this.#timeout);
    this.#release();
  }
}

/** The time that a body may take. Does not keep the response. */
class BodyDeadline implements Expiring {
  readonly #abort: (reason: unknown) => void;
  readonly #timeout = new Timeout(this);
  readonly #error: () => Error;
  readonly #release: () => void;

  constructor(controller: AbortController, leftMs: number, error: () => Error, release: () => void) {
    this.#abort = weakAbort(controller);
    this.#error = error;
    this.#release = release;
    callTimeouts.start(this.#timeout, leftMs);
  }

  expire(): void {
    this.#abort(this.#error());
  }

  end(): void {
    callTimeouts.stop(this.#timeout);
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
