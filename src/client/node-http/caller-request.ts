import type { ClientRequest, IncomingMessage } from 'node:http';

/** What happens to a request that its caller has. */
export interface CallerActions {
  /** Its own attempt, the first of the call, has a response. True if the caller does not get it. */
  answered(response: IncomingMessage): boolean;
  /** Its own attempt has failed. True if the caller does not get the error. */
  failed(error: unknown, attempt: ClientRequest): boolean;
  closed(): void;
  /** The caller, or its signal, destroys the request. */
  destroyed(error: Error | undefined): void;
}

/** Events of an attempt. Of one that is no longer wanted, the caller gets none. */
const ENDINGS: ReadonlySet<string | symbol> = new Set(['response', 'error', 'close', 'timeout']);

/**
 * The request object that the caller has: a request of node:http of which some methods ask the client first. It is the first attempt; later
 * ones are requests of their own, whose events it emits.
 */
export class CallerRequest {
  readonly request: ClientRequest;
  readonly #actions: CallerActions;
  readonly #emit: (event: string | symbol, ...values: unknown[]) => boolean;
  readonly #destroy: (error?: Error) => unknown;
  #state: 'own-attempt' | 'own-ends' | 'own-ended' = 'own-attempt';
  #whenEnded: (() => void) | undefined;
  /** After its own attempt. */
  isDestroyed = false;
  /** The client, rather than the caller or the peer, has brought about the error that follows. */
  isEndedByClient = false;
  /** The caller has written a part of a body. */
  hasBody = false;
  /** A time-out that the caller has set on the request is over. */
  hasTimedOut = false;

  constructor(request: ClientRequest, actions: CallerActions) {
    this.request = request;
    this.#actions = actions;
    this.#emit = request.emit.bind(request);
    this.#destroy = request.destroy.bind(request);
    const { write, end } = request as unknown as Record<'write' | 'end', (...values: unknown[]) => unknown>;
    this.#replace('emit', (event: string | symbol, ...values: unknown[]) =>
      this.#isTaken(event, values[0]) ? true : this.#emit(event, ...values),
    );
    this.#replace('destroy', (error?: Error) => {
      actions.destroyed(error);
      return request;
    });
    this.#replace('write', (...values: unknown[]) => {
      this.#wrote(values[0]);
      return write.apply(request, values);
    });
    this.#replace('end', (...values: unknown[]) => {
      this.#wrote(values[0]);
      return end.apply(request, values);
    });
  }

  /** Not to be seen among the properties that the caller may list or copy. */
  #replace(name: string, value: unknown): void {
    const seen = { value, configurable: true, writable: true, enumerable: false };
    Object.defineProperty(this.request, name, seen);
  }

  #wrote(chunk: unknown): void {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') this.hasBody = true;
  }

  /** The request emits an event. True if the caller's listeners get nothing of it. */
  #isTaken(event: string | symbol, value: unknown): boolean {
    if (!ENDINGS.has(event)) return false;
    if (this.#state !== 'own-attempt') {
      if (event === 'close') this.#ownEnds();
      if (event === 'response') (value as IncomingMessage).resume();
      return true;
    }
    if (event === 'response') return this.#actions.answered(value as IncomingMessage);
    if (event === 'error') return this.#actions.failed(value, this.request) || this.#isUnheard();
    if (event === 'close') this.#actions.closed();
    else this.hasTimedOut = true;
    return false;
  }

  /** node:http gives the connection back after this event, by `request.socket`. */
  #ownEnds(): void {
    setImmediate(() => {
      this.#state = 'own-ended';
      this.#whenEnded?.();
    });
  }

  /** An error that the client has made, without a listener of the caller's: it must not end the process. */
  #isUnheard(): boolean {
    return this.isEndedByClient && this.request.listenerCount('error') === 0;
  }

  /** Calls the caller's listeners of errors. */
  emitError(error: unknown): void {
    if (!this.#isUnheard()) this.#emit('error', error);
  }

  /** Calls the caller's listeners. */
  emit(event: string | symbol, ...values: unknown[]): boolean {
    return this.#emit(event, ...values);
  }

  /** The client ends the call before it is answered. */
  fail(error: Error): void {
    this.isDestroyed = true;
    this.isEndedByClient = true;
    this.emitError(error);
    this.#emit('close');
  }

  /** Whether the first attempt is under way. */
  get isOwnAttempt(): boolean {
    return this.#state === 'own-attempt';
  }

  /** Its own attempt is over for its caller, who gets no more of it. */
  leaveOwn(): void {
    if (this.#state !== 'own-attempt') return;
    this.#state = 'own-ends';
    Object.defineProperty(this.request, 'destroyed', {
      get: () => this.isDestroyed,
      // node:http sets it when the attempt has ended.
      set: () => {},
      configurable: true,
      enumerable: true,
    });
  }

  /** Ends its own attempt as node:http does. */
  destroyOwn(error?: Error): void {
    this.#destroy(error);
  }

  /**
   * Calls back when its own attempt has ended, and ends it for that. Until then node:http reads `socket` and `res` of the request, which
   * have to be those of that attempt.
   */
  afterOwn(callback: () => void): void {
    // Without a connection there is nothing that could be mixed up, and some agents end without a 'close'.
    if (this.#state === 'own-ended' || this.request.socket === null) {
      callback();
      return;
    }
    this.#whenEnded = callback;
    this.#destroy();
  }

  /** From now on it shows another attempt. */
  show(values: Partial<Pick<ClientRequest, 'socket' | 'reusedSocket'>> & { res?: IncomingMessage }): void {
    Object.assign(this.request, values);
  }
}
