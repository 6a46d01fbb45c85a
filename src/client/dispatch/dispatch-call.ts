import type { Dispatch, DispatchHandler, DispatchOptions } from '../../core/dispatch-shapes.ts';
import { RespiteError } from '../../core/errors.ts';
import { heldBackAnswer, HeldBackError } from '../held-back.ts';
import type { ResolvedClientOptions } from '../options.ts';
import type { Outcome } from '../outcome.ts';
import type { Pass } from '../peer/circuit.ts';
import type { HeldBack, Peer } from '../peer/peer.ts';
import { admit, fieldsOf, type Terms, termsOf } from '../terms.ts';
import { AttemptHandler } from './attempt-handler.ts';
import { CallController } from './controller.ts';
import { givenTerms, hasRepeatableBody, pairsOf, withFields } from './request.ts';

/** One call through a dispatcher, and the attempts that it takes. */
export class DispatchCall {
  readonly #options: ResolvedClientOptions;
  readonly #peer: Peer;
  readonly #origin: string;
  readonly #dispatch: Dispatch;
  readonly #request: DispatchOptions;
  readonly #handler: DispatchHandler;
  readonly #pairs: readonly (readonly [name: string, value: unknown])[];
  readonly #terms: Terms;
  readonly #controller: CallController;
  readonly #leave = (): void => {
    this.#controller.abort(this.#terms.departure?.reason as Error);
  };
  #attempts = 0;
  #isOver = false;
  #waiting: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    options: ResolvedClientOptions,
    peer: Peer,
    origin: string,
    dispatch: Dispatch,
    request: DispatchOptions,
    handler: DispatchHandler,
  ) {
    this.#options = options;
    this.#peer = peer;
    this.#origin = origin;
    this.#dispatch = dispatch;
    this.#request = request;
    this.#handler = handler;
    this.#pairs = pairsOf(request.headers);
    this.#terms = termsOf(options, givenTerms(this.#pairs), options.now());
    this.#controller = new CallController((reason) => {
      this.#fail(reason);
    });
  }

  run(): boolean {
    const admission = admit(this.#peer, this.#terms, this.#options.now());
    if ('heldBack' in admission && !this.#options.dryRun) {
      this.#holdBack(admission.heldBack);
      return true;
    }
    const { departure, endMs } = this.#terms;
    departure?.addEventListener('abort', this.#leave, { once: true });
    this.#deadline = setTimeout(
      () => {
        this.#controller.abort(this.#timeout());
      },
      Math.max(0, endMs - this.#options.now()),
    );
    if (departure?.aborted === true) this.#leave();
    return this.#send('pass' in admission ? admission.pass : undefined);
  }

  #send(pass: Pass | undefined): boolean {
    const { now, attemptTimeoutMs } = this.#options;
    const startMs = now();
    this.#attempts += 1;
    this.#peer.counts.attempts += 1;
    const fields = fieldsOf(this.#terms, this.#attempts, this.#terms.endMs - startMs);
    const request =
      fields.length === 0 ? this.#request : { ...this.#request, headers: withFields(this.#pairs, fields) };
    const attempt = new AttemptHandler(this.#handler, this.#controller, attemptTimeoutMs, {
      timeout: () => this.#timeout(),
      ended: (outcome) => this.#ended(pass, outcome),
      tookMs: () => now() - startMs,
      over: () => this.#release(),
    });
    try {
      return this.#dispatch(request, attempt);
    } catch (error) {
      // undici throws for requests that it would never send.
      attempt.stop();
      this.#release();
      if (pass !== undefined) this.#peer.ended(pass, this.#terms.rank, { kind: 'withdrawn' }, now());
      throw error;
    }
  }

  /** True if another attempt follows. */
  #ended(pass: Pass | undefined, outcome: Outcome): boolean {
    const { now, dryRun } = this.#options;
    const nowMs = now();
    const { rank, endMs } = this.#terms;
    if (pass !== undefined) this.#peer.ended(pass, rank, outcome, nowMs);
    if (this.#controller.aborted) return false;
    const isSafe =
      this.#request.idempotent ??
      (this.#peer.rules.safeMethods.has(this.#request.method) ||
        this.#pairs.some(([name]) => name.toLowerCase() === 'idempotency-key'));
    const isRepeatable = hasRepeatableBody(this.#request);
    const terms = { isSafe, isRepeatable, attempts: this.#attempts, leftMs: endMs - nowMs };
    const retry = this.#peer.retry(outcome, rank, terms, nowMs);
    if (retry === undefined || dryRun) return false;
    this.#controller.leave();
    this.#waiting = setTimeout(() => {
      this.#send(retry.pass);
    }, retry.waitMs);
    return true;
  }

  #holdBack(heldBack: HeldBack): void {
    const handler = this.#handler;
    const controller = this.#controller;
    handler.onRequestStart?.(controller, {});
    if (controller.aborted) return;
    if (this.#options.throws) {
      handler.onResponseError?.(controller, new HeldBackError(this.#origin, heldBack));
      return;
    }
    const { status, statusText, headers, body } = heldBackAnswer(this.#origin, heldBack);
    controller.rawHeaders = Object.entries(headers)
      .flat()
      .map((text) => Buffer.from(text, 'latin1'));
    handler.onResponseStart?.(controller, status, headers, statusText);
    if (this.#request.method !== 'HEAD') handler.onResponseData?.(controller, Buffer.from(body));
    handler.onResponseEnd?.(controller, {});
  }

  /** Ends the call while no attempt is under way. */
  #fail(reason: Error): void {
    if (this.#release()) this.#handler.onResponseError?.(this.#controller, reason);
  }

  /** The call is over. False if it was already: an attempt may end later than its call. */
  #release(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    clearTimeout(this.#waiting);
    clearTimeout(this.#deadline);
    this.#terms.departure?.removeEventListener('abort', this.#leave);
    return true;
  }

  #timeout(): RespiteError {
    return new RespiteError(
      'RESPITE_CLIENT_TIMEOUT',
      `${this.#request.method} to ${this.#origin} took too long (attempt ${this.#attempts})`,
    );
  }
}
