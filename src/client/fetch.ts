// The client behind the signature of `fetch`: one call, and the attempts that it takes.
import { asAttempt } from '../core/attempts.ts';
import { RespiteError } from '../core/errors.ts';
import { resolve } from '../core/options.ts';
import { flag } from '../core/rules.ts';
import { AttemptSignal } from './attempt-signal.ts';
import type { Attempted } from './attempted.ts';
import { outcomeOfError } from './failure.ts';
import { race } from './hedge.ts';
import { heldBackAnswer, HeldBackError } from './held-back.ts';
import type { ResolvedClientOptions } from './options.ts';
import { type Outcome, outcomeOfResponse } from './outcome.ts';
import type { Pass } from './peer/circuit.ts';
import type { HeldBack, Peer, Retry } from './peer/peer.ts';
import type { Peers } from './peers.ts';
import {
  attemptInit,
  callerSignal,
  type ClientRequestInit,
  discard,
  type Fetch,
  type FetchInput,
  hasRepeatableBody,
  headersOf,
  requestOf,
  type Target,
  targetOf,
} from './request.ts';
import { admit, decideRetry, fieldsOf, MIN_JUDGED_MS, type Terms, termsOf } from './terms.ts';
import { wait } from './wait.ts';

const idempotent = flag();

/** `fetch` with the options of a call: its deadline, its class, whether it may be repeated. */
export type ClientFetch = (input: FetchInput, init?: ClientRequestInit) => Promise<Response>;

/** `fetch` through the client. */
export function fetchThrough(options: ResolvedClientOptions, peers: Peers): ClientFetch {
  return async (input, init = {}) => {
    const send = options.fetch ?? globalThis.fetch;
    const target = targetOf(input, init);
    if (target === undefined) return await send(input, init as Parameters<Fetch>[1]);
    const nowMs = options.now();
    const peer = peers.of(target.origin, nowMs);
    return await new FetchCall(options, peer, send, target, input, init, nowMs).run();
  };
}

class FetchCall {
  readonly #options: ResolvedClientOptions;
  readonly #peer: Peer;
  readonly #send: Fetch;
  readonly #target: Target;
  readonly #input: FetchInput;
  readonly #init: ClientRequestInit;
  /** The caller's signal, and the departure of the caller of the request that is being handled. */
  readonly #callers: readonly AbortSignal[];
  readonly #terms: Terms;
  #attempts = 0;

  constructor(
    options: ResolvedClientOptions,
    peer: Peer,
    send: Fetch,
    target: Target,
    input: FetchInput,
    init: ClientRequestInit,
    nowMs: number,
  ) {
    this.#options = options;
    this.#peer = peer;
    this.#send = send;
    this.#target = target;
    this.#input = input;
    this.#init = init;
    this.#terms = termsOf(options, init, nowMs);
    this.#callers = [callerSignal(input, init), this.#terms.departure].filter((each) => each !== undefined);
  }

  async run(): Promise<Response> {
    const { now } = this.#options;
    this.#aborted()?.throwIfAborted();
    const isSafe = this.#isSafe();
    const isRepeatable = hasRepeatableBody(this.#input, this.#init);
    const admission = admit(this.#peer, this.#terms, now());
    if ('heldBack' in admission) return this.#holdBack(admission.heldBack);
    let { pass } = admission;
    for (;;) {
      const mayHedge = isSafe && isRepeatable && this.#attempts === 0;
      const attempted = await (mayHedge ? this.#hedged(pass) : this.#attempt(pass));
      const retry = this.#retry(attempted.outcome, isSafe, isRepeatable);
      if (retry === undefined) {
        if ('response' in attempted) return attempted.response;
        throw attempted.error;
      }
      if ('response' in attempted) discard(attempted.response);
      await wait(retry.waitMs, this.#callers);
      ({ pass } = retry);
    }
  }

  /** Sends an attempt, and a second one beside it if that takes long. */
  #hedged(pass: Pass | undefined): Promise<Attempted> {
    const { now } = this.#options;
    const { rank, isDryRun } = this.#terms;
    const afterMs = this.#peer.hedgeAfterMs(rank, now());
    if (afterMs === undefined) return this.#attempt(pass);
    if (isDryRun) return this.#attemptAlone(pass, afterMs);
    return race({
      afterMs,
      first: (lost) => this.#attempt(pass, lost),
      second: (lost) => {
        const second = this.#peer.hedge(rank, now());
        return second === undefined ? undefined : this.#attempt(second, lost);
      },
    });
  }

  /** The dry run of {@link FetchCall.#hedged}. */
  async #attemptAlone(pass: Pass | undefined, afterMs: number): Promise<Attempted> {
    const { now } = this.#options;
    const startMs = now();
    const attempted = await this.#attempt(pass);
    const isLate = now() - startMs > afterMs;
    if (isLate && this.#peer.hedge(this.#terms.rank, now()) !== undefined) {
      this.#peer.counts.dryRun.hedge += 1;
    }
    return attempted;
  }

  /** Sends one attempt, and tells the peer's state how it ended. */
  async #attempt(pass: Pass | undefined, lost?: AbortSignal): Promise<Attempted> {
    const { now } = this.#options;
    const { attemptTimeoutMs } = this.#terms;
    const startMs = now();
    const leftMs = this.#terms.endMs - startMs;
    const timeoutMs = Math.max(0, Math.min(attemptTimeoutMs, leftMs));
    this.#attempts += 1;
    this.#peer.counts.attempts += 1;
    const callers = lost === undefined ? this.#callers : [...this.#callers, lost];
    const signal = new AttemptSignal(callers, timeoutMs, () => this.#timeout(timeoutMs));
    let attempted: Attempted;
    try {
      const init = attemptInit(this.#init, this.#attemptHeaders(leftMs), signal.signal);
      const response = await asAttempt(() => this.#send(this.#input, init));
      signal.responded(response, this.#terms.endMs - now(), () => this.#timeout(leftMs));
      attempted = { outcome: outcomeOf(response, now() - startMs), response };
    } catch (error) {
      signal.end();
      const tookMs = now() - startMs;
      const isLate = tookMs >= MIN_JUDGED_MS && (signal.hasTimedOut || isTimeout(this.#aborted()));
      const isSlow = signal.hasTimedOut && timeoutMs === attemptTimeoutMs;
      const isOwn = signal.hasTimedOut || lost?.aborted === true;
      attempted = { outcome: this.#failure(error, isLate || isSlow, isOwn), error };
    }
    if (pass !== undefined) this.#peer.ended(pass, this.#terms.rank, attempted.outcome, now());
    return attempted;
  }

  #failure(error: unknown, isPeersFault: boolean, isOwn: boolean): Outcome {
    if (isPeersFault) return { kind: 'timed-out' };
    if (isOwn || this.#aborted() !== undefined) return { kind: 'withdrawn' };
    const redirect = this.#init.redirect ?? requestOf(this.#input)?.redirect ?? 'follow';
    return outcomeOfError(error, redirect === 'follow');
  }

  #retry(outcome: Outcome, isSafe: boolean, isRepeatable: boolean): Retry | undefined {
    if (this.#aborted() !== undefined) return undefined;
    const request = { isSafe, isRepeatable, attempts: this.#attempts };
    return decideRetry(this.#peer, this.#terms, outcome, request, this.#options.now());
  }

  #aborted(): AbortSignal | undefined {
    return this.#callers.find((signal) => signal.aborted);
  }

  #isSafe(): boolean {
    if (this.#init.idempotent !== undefined)
      return resolve(idempotent, this.#init.idempotent, ['idempotent']);
    if (this.#peer.rules.safeMethods.has(this.#target.method)) return true;
    return headersOf(this.#input, this.#init).has('idempotency-key');
  }

  /** What was given with the call, class and deadline among them; undefined if nothing comes to it. */
  #attemptHeaders(leftMs: number): Headers | undefined {
    const fields = fieldsOf(this.#terms, this.#attempts, leftMs);
    if (fields.length === 0) return undefined;
    const headers = headersOf(this.#input, this.#init);
    for (const [name, value] of fields) headers.set(name, value);
    return headers;
  }

  #holdBack(heldBack: HeldBack): Response {
    const { origin } = this.#target;
    if (this.#options.throws) throw new HeldBackError(origin, heldBack);
    const { body, ...init } = heldBackAnswer(origin, heldBack);
    return new Response(this.#target.method === 'HEAD' ? null : body, init);
  }

  #timeout(timeoutMs: number): RespiteError {
    return new RespiteError(
      'RESPITE_CLIENT_TIMEOUT',
      `${this.#target.method} to ${this.#target.origin} took longer than ${Math.round(timeoutMs)} ms (attempt ${this.#attempts})`,
    );
  }
}

function isTimeout(aborted: AbortSignal | undefined): boolean {
  const reason: unknown = aborted?.reason;
  return reason instanceof Error && reason.name === 'TimeoutError';
}

function outcomeOf({ status, headers, redirected }: Response, tookMs: number): Outcome {
  return outcomeOfResponse(status, fieldOf, headers, tookMs, redirected);
}

function fieldOf(headers: Headers, name: string): string | undefined {
  return headers.get(name) ?? undefined;
}
