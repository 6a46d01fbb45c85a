import { markAttempt } from '../../core/attempts.ts';
import type { Dispatch, DispatchHandler, DispatchOptions } from '../../core/dispatch-shapes.ts';
import { RespiteError } from '../../core/errors.ts';
import { heldBackAnswer, HeldBackError } from '../held-back.ts';
import type { ResolvedClientOptions } from '../options.ts';
import { isSuccess, type Outcome } from '../outcome.ts';
import type { Pass } from '../peer/circuit.ts';
import type { HeldBack, Peer, Retry } from '../peer/peer.ts';
import { admit, decideRetry, type Fields, fieldsOf, type Terms, termsOf } from '../terms.ts';
import { callTimeouts, type Expiring, Timeout } from '../timeouts.ts';
import { AttemptHandler, type AttemptOwner } from './attempt-handler.ts';
import { CallController, type CallOwner } from './controller.ts';
import { fieldOf, givenTerms, hasRepeatableBody, pairsOf, withFields } from './request.ts';

/** One call through a dispatcher, and the attempts that it takes. */
export class DispatchCall implements AttemptOwner, CallOwner, Expiring {
  readonly #options: ResolvedClientOptions;
  readonly #peer: Peer;
  readonly #dispatch: Dispatch;
  readonly #request: DispatchOptions;
  readonly #handler: DispatchHandler;
  readonly #terms: Terms;
  readonly #controller: CallController = new CallController(this);
  /** Of the attempt under way as long as it has no headers, and of the call. */
  readonly #timeout = new Timeout(this);
  #attempts = 0;
  #isOver = false;
  #waiting: NodeJS.Timeout | undefined;
  #leave: (() => void) | undefined;
  // The attempt under way.
  #attempt: AttemptHandler | undefined;
  #pass: Pass | undefined;
  #startedMs: number;
  /** What the call has left when the attempt's time is over, in ms. */
  #beyondMs = 0;

  constructor(
    options: ResolvedClientOptions,
    peer: Peer,
    dispatch: Dispatch,
    request: DispatchOptions,
    handler: DispatchHandler,
    nowMs: number,
  ) {
    this.#options = options;
    this.#peer = peer;
    this.#dispatch = dispatch;
    this.#request = request;
    this.#handler = handler;
    this.#terms = termsOf(options, givenTerms(request.headers), nowMs);
    this.#startedMs = nowMs;
  }

  run(): boolean {
    const admission = admit(this.#peer, this.#terms, this.#startedMs);
    if ('heldBack' in admission) {
      // Handlers of undici expect nothing before `dispatch` has returned.
      process.nextTick(() => {
        this.#holdBack(admission.heldBack);
      });
      return true;
    }
    const { departure } = this.#terms;
    if (departure !== undefined) this.#endWith(departure);
    return this.#send(admission.pass, this.#startedMs);
  }

  #endWith(departure: AbortSignal): void {
    this.#leave = () => {
      this.#controller.abort(departure.reason as Error);
    };
    departure.addEventListener('abort', this.#leave, { once: true });
    if (departure.aborted) this.#leave();
  }

  #send(pass: Pass | undefined, startedMs: number): boolean {
    this.#attempts += 1;
    this.#peer.counts.attempts += 1;
    this.#pass = pass;
    this.#startedMs = startedMs;
    const leftMs = this.#terms.endMs - startedMs;
    if (leftMs < Infinity) {
      const timeoutMs = Math.min(this.#terms.attemptTimeoutMs, leftMs);
      this.#beyondMs = leftMs - timeoutMs;
      callTimeouts.start(this.#timeout, timeoutMs);
    }
    const attempt = new AttemptHandler(this.#handler, this.#controller, this);
    this.#attempt = attempt;
    try {
      return this.#dispatch(this.#requestWith(fieldsOf(this.#terms, this.#attempts, leftMs)), attempt);
    } catch (error) {
      // undici throws for requests that it would never send.
      attempt.stop();
      this.over();
      this.#judge({ kind: 'withdrawn' }, this.#options.now());
      throw error;
    }
  }

  #requestWith(fields: Fields): DispatchOptions {
    const request = markAttempt(this.#request);
    if (fields.length === 0) return request;
    return { ...request, headers: withFields(pairsOf(request.headers), fields) };
  }

  expire(): void {
    const leftMs = this.#beyondMs;
    this.#beyondMs = 0;
    if (leftMs > 0) {
      callTimeouts.start(this.#timeout, leftMs);
      this.#attempt?.timeOut(this.#timeoutError());
    } else {
      this.#controller.abort(this.#timeoutError());
    }
  }

  ended(outcome: Outcome): boolean {
    const nowMs = outcome.kind === 'response' ? this.#startedMs + outcome.tookMs : this.#options.now();
    // From here on only the call's own time counts.
    this.#timeout.endMs += this.#beyondMs;
    this.#beyondMs = 0;
    this.#judge(outcome, nowMs);
    if (this.#controller.aborted || isSuccess(outcome)) return false;
    const retry = this.#retry(outcome, nowMs);
    if (retry === undefined) return false;
    this.#controller.leave();
    this.#waiting = setTimeout(() => {
      this.#sendAgain(retry.pass);
    }, retry.waitMs);
    return true;
  }

  /** What undici throws goes to the caller: in a timer it would end the process. */
  #sendAgain(pass: Pass): void {
    try {
      this.#send(pass, this.#options.now());
    } catch (error) {
      this.#handler.onResponseError?.(this.#controller, error as Error);
    }
  }

  #judge(outcome: Outcome, nowMs: number): void {
    if (this.#pass !== undefined) this.#peer.ended(this.#pass, this.#terms.rank, outcome, nowMs);
  }

  #retry(outcome: Outcome, nowMs: number): Retry | undefined {
    const { method, headers, idempotent } = this.#request;
    const isSafe =
      idempotent ??
      (this.#peer.rules.safeMethods.has(method) || fieldOf(headers, 'idempotency-key') !== undefined);
    const request = { isSafe, isRepeatable: hasRepeatableBody(this.#request), attempts: this.#attempts };
    return decideRetry(this.#peer, this.#terms, outcome, request, nowMs);
  }

  tookMs(): number {
    return this.#options.now() - this.#startedMs;
  }

  /** The user aborts the call while no attempt is under way. */
  aborted(reason: Error): void {
    if (this.over()) this.#handler.onResponseError?.(this.#controller, reason);
  }

  /** The call is over. False if it was already: an attempt may end later than its call. */
  over(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#waiting);
    callTimeouts.stop(this.#timeout);
    if (this.#leave !== undefined) this.#terms.departure?.removeEventListener('abort', this.#leave);
    return true;
  }

  #holdBack(heldBack: HeldBack): void {
    const handler = this.#handler;
    const controller = this.#controller;
    handler.onRequestStart?.(controller, {});
    if (controller.aborted) return;
    if (this.#options.throws) {
      handler.onResponseError?.(controller, new HeldBackError(this.#peer.origin, heldBack));
      return;
    }
    const { status, statusText, headers, body } = heldBackAnswer(this.#peer.origin, heldBack);
    controller.rawHeaders = Object.entries(headers)
      .flat()
      .map((text) => Buffer.from(text, 'latin1'));
    handler.onResponseStart?.(controller, status, headers, statusText);
    if (this.#request.method !== 'HEAD') handler.onResponseData?.(controller, Buffer.from(body));
    handler.onResponseEnd?.(controller, {});
  }

  #timeoutError(): RespiteError {
    return new RespiteError(
      'RESPITE_CLIENT_TIMEOUT',
      `${this.#request.method} to ${this.#peer.origin} took too long (attempt ${this.#attempts})`,
    );
  }
}
