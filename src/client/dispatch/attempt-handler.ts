import type { DispatchController, DispatchHandler, DispatchHeaders } from '../../core/dispatch-shapes.ts';
import { outcomeOfError } from '../failure.ts';
import { type Outcome, outcomeOfResponse } from '../outcome.ts';
import { MAX_DISCARDED_BYTES } from '../request.ts';
import { MIN_JUDGED_MS } from '../terms.ts';
import type { CallController } from './controller.ts';

/** What an attempt asks of its call. */
export interface AttemptOwner {
  /** Its headers are there, or it has failed. True if another attempt follows, so that what is left of this one is not wanted. */
  ended(outcome: Outcome): boolean;
  tookMs(): number;
  /** The call is over. False if it was already. */
  over(): boolean;
}

/** Gets the response of one attempt, and passes it on unless another attempt follows. */
export class AttemptHandler implements DispatchHandler {
  readonly #handler: DispatchHandler;
  readonly #call: CallController;
  readonly #owner: AttemptOwner;
  #attempt: DispatchController | undefined;
  #timedOut: Error | undefined;
  #state: 'waiting' | 'passing-on' | 'discarding' = 'waiting';
  #discardedBytes = 0;

  constructor(handler: DispatchHandler, call: CallController, owner: AttemptOwner) {
    this.#handler = handler;
    this.#call = call;
    this.#owner = owner;
  }

  /** No headers in time. */
  timeOut(error: Error): void {
    if (this.#state !== 'waiting') return;
    this.#timedOut = error;
    // Without a connection there is nothing to abort yet; see onRequestStart.
    if (this.#attempt === undefined) this.#fail(error);
    else this.#attempt.abort(error);
  }

  /** The attempt was never dispatched. */
  stop(): void {
    this.#state = 'discarding';
  }

  onRequestStart(attempt: DispatchController, context: unknown): void {
    this.#attempt = attempt;
    if (this.#timedOut !== undefined || this.#state === 'discarding') {
      attempt.abort(this.#timedOut ?? NOT_WANTED);
      return;
    }
    this.#call.follow(attempt);
    if (this.#call.aborted) return;
    // The user's handler sees one request: the first that gets as far as this.
    if (this.#call.start()) this.#handler.onRequestStart?.(this.#call, context);
  }

  onResponseStart(
    attempt: DispatchController,
    status: number,
    headers: DispatchHeaders,
    statusMessage?: string,
  ): void {
    if (this.#state === 'discarding') return;
    // Informational responses come before the one that counts.
    if (status < 200) {
      this.#handler.onResponseStart?.(this.#call, status, headers, statusMessage);
      return;
    }
    if (this.#owner.ended(outcomeOfResponse(status, fieldOf, headers, this.#owner.tookMs()))) {
      this.#state = 'discarding';
      const bytes = Number(fieldOf(headers, 'content-length') ?? Infinity);
      if (bytes > MAX_DISCARDED_BYTES) attempt.abort(NOT_WANTED);
      return;
    }
    this.#state = 'passing-on';
    this.#call.begin();
    this.#handler.onResponseStart?.(this.#call, status, headers, statusMessage);
  }

  onResponseStarted(): void {
    if (this.#state === 'waiting') this.#handler.onResponseStarted?.();
  }

  onBodySent(chunk: unknown): void {
    if (this.#state === 'waiting') this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    if (this.#state === 'waiting') this.#handler.onRequestSent?.();
  }

  onResponseData(attempt: DispatchController, chunk: Buffer): void {
    if (this.#state === 'passing-on') {
      this.#handler.onResponseData?.(this.#call, chunk);
      return;
    }
    this.#discardedBytes += chunk.length;
    if (this.#discardedBytes > MAX_DISCARDED_BYTES) attempt.abort(NOT_WANTED);
  }

  onResponseEnd(_attempt: DispatchController, trailers: DispatchHeaders): void {
    if (this.#state === 'passing-on' && this.#owner.over()) {
      this.#handler.onResponseEnd?.(this.#call, trailers);
    }
  }

  onResponseError(_attempt: DispatchController, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error): void {
    if (this.#state === 'discarding') return;
    const isAnswered = this.#state === 'passing-on';
    this.#state = 'discarding';
    if (!isAnswered && this.#owner.ended(this.#outcome(error))) return;
    if (this.#owner.over()) this.#handler.onResponseError?.(this.#call, error);
  }

  #outcome(error: Error): Outcome {
    if (this.#timedOut !== undefined) return { kind: 'timed-out' };
    if (!this.#call.aborted) return outcomeOfError(error, false);
    return {
      kind: this.#call.isLate && this.#owner.tookMs() >= MIN_JUDGED_MS ? 'timed-out' : 'withdrawn',
    };
  }
}

function fieldOf(headers: DispatchHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

const NOT_WANTED = new Error('the response is not wanted: another attempt follows');
