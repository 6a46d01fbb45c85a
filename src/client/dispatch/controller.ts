import type { DispatchController } from '../../core/dispatch-shapes.ts';
import { RespiteError } from '../../core/errors.ts';

/** What undici's own handlers read beside the documented members. */
interface RawController extends DispatchController {
  readonly rawHeaders?: readonly Buffer[] | null;
  readonly rawTrailers?: readonly Buffer[] | null;
}

/** What the user's abort does while no attempt is under way. */
export interface CallOwner {
  aborted(reason: Error): void;
}

/** The controller of a call, whichever of its attempts is under way. Its user sees one request. */
export class CallController implements DispatchController {
  readonly #owner: CallOwner;
  #attempt: RawController | undefined;
  #hasStarted = false;
  rawHeaders: readonly Buffer[] | null = null;
  aborted = false;
  paused = false;
  reason: Error | null = null;

  constructor(owner: CallOwner) {
    this.#owner = owner;
  }

  get rawTrailers(): readonly Buffer[] | null {
    return this.#attempt?.rawTrailers ?? null;
  }

  /** True for the first attempt that gets a connection. */
  start(): boolean {
    const isFirst = !this.#hasStarted;
    this.#hasStarted = true;
    return isFirst;
  }

  /** The call was aborted because it took too long, by its caller or by its deadline. */
  get isLate(): boolean {
    const { reason } = this;
    const isDeadline = reason instanceof RespiteError && reason.code === 'RESPITE_CLIENT_TIMEOUT';
    return isDeadline || reason?.name === 'TimeoutError';
  }

  /** From now on this attempt is the call. */
  follow(attempt: DispatchController): void {
    this.#attempt = attempt;
    if (this.reason !== null) attempt.abort(this.reason);
  }

  /** The headers of this attempt are those of the call. */
  begin(): void {
    this.rawHeaders = this.#attempt?.rawHeaders ?? null;
    if (this.paused) this.#attempt?.pause();
  }

  /** The attempt is over, and another may follow. */
  leave(): void {
    this.#attempt = undefined;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.#attempt === undefined) this.#owner.aborted(reason);
    else this.#attempt.abort(reason);
  }

  pause(): void {
    this.paused = true;
    this.#attempt?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#attempt?.resume();
  }
}
