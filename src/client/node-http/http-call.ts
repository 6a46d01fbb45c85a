// One call of node:http(s), and the attempts that it takes.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { RespiteError } from '../../core/errors.ts';
import { fieldOf } from '../dispatch/request.ts';
import type { ResolvedClientOptions } from '../options.ts';
import { isSuccess, type Outcome } from '../outcome.ts';
import type { Pass } from '../peer/circuit.ts';
import type { Peer, Retry } from '../peer/peer.ts';
import { decideRetry, fieldsOf, MIN_JUDGED_MS, type Terms } from '../terms.ts';
import type { Expiring } from '../timeouts.ts';
import { discardMessage, hangUp, isTimeout, outcomeOfFailure, outcomeOfMessage } from './attempt-outcome.ts';
import { CallTime } from './call-time.ts';
import { type CallerActions, CallerRequest } from './caller-request.ts';
import { type AttemptActions, passOn } from './later-attempt.ts';
import { repeatedOptions } from './repeated-options.ts';
import { type MakeRequest, optionsWith, type RequestTarget } from './request-target.ts';

/** Makes the first attempt, whose request object is the caller's, and ends with it or with one of those that follow. */
export class HttpCall implements CallerActions, AttemptActions, Expiring {
  readonly #options: ResolvedClientOptions;
  readonly #peer: Peer;
  readonly #make: MakeRequest;
  readonly #target: RequestTarget;
  readonly #terms: Terms;
  readonly #caller: CallerRequest;
  readonly #time: CallTime;
  /** The context in which the request was made, as its listeners expect it. */
  readonly #inContext = AsyncLocalStorage.snapshot();
  /** An attempt beyond the first that is under way. */
  #later: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #attempts = 1;
  #pass: Pass | undefined;
  #startedMs: number;
  /** Neither the caller nor the client has an answer or an error. */
  #isWaiting = true;
  /** The caller or the client has ended the call. */
  #isWithdrawn = false;
  #backOff: NodeJS.Timeout | undefined;
  #leave: (() => void) | undefined;

  /** @throws What `make` throws. */
  constructor(
    options: ResolvedClientOptions,
    peer: Peer,
    make: MakeRequest,
    target: RequestTarget,
    terms: Terms,
    pass: Pass | undefined,
    nowMs: number,
  ) {
    this.#options = options;
    this.#peer = peer;
    this.#make = make;
    this.#target = target;
    this.#terms = terms;
    this.#pass = pass;
    this.#startedMs = nowMs;
    const fields = fieldsOf(terms, 1, terms.endMs - nowMs);
    let request: ClientRequest;
    try {
      request = make(optionsWith(target.options, fields), target.onResponse);
    } catch (error) {
      // node:http refuses such a request, which says nothing about the peer.
      this.#judge({ kind: 'withdrawn' }, nowMs);
      throw error;
    }
    peer.counts.attempts += 1;
    this.#caller = new CallerRequest(request, this);
    this.#time = new CallTime(this, terms.attemptTimeoutMs, terms.endMs);
    this.#time.start(nowMs);
    this.#endWithCaller();
  }

  /** What the caller gets. */
  get request(): ClientRequest {
    return this.#caller.request;
  }

  #endWithCaller(): void {
    const { departure } = this.#terms;
    if (departure === undefined) return;
    this.#leave = () => {
      const error = departure.reason as Error;
      if (this.#response !== undefined) this.#endResponse(this.#response, error);
      else this.#inContext(() => this.#abort(error, { kind: 'withdrawn' }));
    };
    departure.addEventListener('abort', this.#leave, { once: true });
    if (departure.aborted) process.nextTick(this.#leave);
  }

  isWanted(attempt: ClientRequest): boolean {
    return this.#later === attempt;
  }

  answered(response: IncomingMessage): boolean {
    if (!this.#isWaiting) return false;
    const nowMs = this.#options.now();
    this.#time.responded();
    const retry = this.#judge(outcomeOfMessage(response, nowMs - this.#startedMs), nowMs);
    if (retry === undefined) {
      this.#isWaiting = false;
      this.#response = response;
      return false;
    }
    this.#leaveAttempt();
    discardMessage(response);
    this.#repeatAfter(retry);
    return true;
  }

  failed(error: unknown, attempt: ClientRequest): boolean {
    if (!this.#isWaiting) return false;
    const nowMs = this.#options.now();
    const retry = this.#judge(this.#outcomeOf(error, attempt, nowMs), nowMs);
    if (retry === undefined) {
      this.#isWaiting = false;
      return false;
    }
    this.#leaveAttempt();
    this.#repeatAfter(retry);
    return true;
  }

  #outcomeOf(error: unknown, attempt: ClientRequest, nowMs: number): Outcome {
    if (!this.#isWithdrawn) return outcomeOfFailure(attempt, error);
    const isLate = this.#caller.hasTimedOut || isTimeout(error);
    return { kind: isLate && nowMs - this.#startedMs >= MIN_JUDGED_MS ? 'timed-out' : 'withdrawn' };
  }

  closed(): void {
    if (this.#isWaiting) this.#judge({ kind: 'withdrawn' }, this.#options.now());
    this.#isWaiting = false;
    clearTimeout(this.#backOff);
    this.#time.stop();
    if (this.#leave !== undefined) this.#terms.departure?.removeEventListener('abort', this.#leave);
  }

  destroyed(error: Error | undefined): void {
    this.#isWithdrawn = true;
    const caller = this.#caller;
    if (caller.isOwnAttempt) {
      caller.destroyOwn(error);
      return;
    }
    if (caller.isDestroyed) return;
    caller.isDestroyed = true;
    if (this.#later !== undefined) this.#later.destroy(error);
    else process.nextTick(() => this.#end(error ?? hangUp()));
  }

  expire(): void {
    this.#inContext(() => {
      const nowMs = this.#options.now();
      if (this.#response !== undefined) this.#endResponse(this.#response, this.#timeoutError());
      else if (!this.#time.hasTimeLeft) this.#abort(this.#timeoutError(), { kind: 'timed-out' });
      // The peer cannot answer what its caller has not sent.
      else if (!this.request.writableEnded) this.#time.start(nowMs);
      // Still in the queue of its agent, which would send it all the same.
      else if (this.request.socket === null) this.#abort(this.#timeoutError(), { kind: 'timed-out' });
      else this.#attemptTimedOut(nowMs);
    });
  }

  #attemptTimedOut(nowMs: number): void {
    const error = this.#timeoutError();
    this.#time.attemptExpired();
    const retry = this.#judge({ kind: 'timed-out' }, nowMs);
    this.#leaveAttempt()(error);
    if (retry === undefined) this.#end(error);
    else this.#repeatAfter(retry);
  }

  /** Records how the attempt ended, and decides on another one. */
  #judge(outcome: Outcome, nowMs: number): Retry | undefined {
    if (this.#pass !== undefined) this.#peer.ended(this.#pass, this.#terms.rank, outcome, nowMs);
    this.#pass = undefined;
    if (this.#isWithdrawn || isSuccess(outcome) || outcome.kind === 'withdrawn') return undefined;
    const { method, options } = this.#target;
    const isKeyed = fieldOf(options.headers, 'idempotency-key') !== undefined;
    const expects = fieldOf(options.headers, 'expect') !== undefined;
    const request = {
      isSafe: isKeyed || this.#peer.rules.safeMethods.has(method),
      // What was written of a body is gone.
      isRepeatable: this.request.writableEnded && !this.#caller.hasBody && !expects,
      attempts: this.#attempts,
    };
    return decideRetry(this.#peer, this.#terms, outcome, request, nowMs);
  }

  /** The attempt is no longer the call. Returns what ends it. */
  #leaveAttempt(): (error: Error) => void {
    const [caller, later] = [this.#caller, this.#later];
    caller.leaveOwn();
    this.#later = undefined;
    return (error) => (later === undefined ? caller.destroyOwn(error) : later.destroy(error));
  }

  #repeatAfter({ waitMs, pass }: Retry): void {
    this.#pass = pass;
    this.#backOff = setTimeout(() => this.#caller.afterOwn(() => this.#repeat()), waitMs);
  }

  #repeat(): void {
    if (!this.#isWaiting || this.#isWithdrawn) return;
    this.#attempts += 1;
    this.#peer.counts.attempts += 1;
    this.#startedMs = this.#options.now();
    this.#time.start(this.#startedMs);
    const fields = fieldsOf(this.#terms, this.#attempts, this.#terms.endMs - this.#startedMs);
    try {
      const attempt = this.#make(repeatedOptions(this.request, this.#target.options, fields));
      this.#later = attempt;
      passOn(attempt, this.#caller, this);
      attempt.end();
    } catch (error) {
      // From an agent of the caller's: thrown here, it would end the process.
      this.#abort(error as Error, { kind: 'withdrawn' });
    }
  }

  /** Ends the call before it is answered. */
  #abort(error: Error, outcome: Outcome): void {
    if (!this.#isWaiting) return;
    this.#isWithdrawn = true;
    this.#judge(outcome, this.#options.now());
    this.#leaveAttempt()(error);
    this.#end(error);
  }

  #endResponse(response: IncomingMessage, error: Error): void {
    this.#caller.isEndedByClient = true;
    response.destroy(error);
  }

  #end(error: Error): void {
    if (!this.#isWaiting) return;
    this.closed();
    this.#caller.fail(error);
  }

  #timeoutError(): RespiteError {
    const { method, origin } = this.#target;
    const attempt = `attempt ${this.#attempts}`;
    return new RespiteError('RESPITE_CLIENT_TIMEOUT', `${method} to ${origin} took too long (${attempt})`);
  }
}
