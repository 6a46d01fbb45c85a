/** What happened between two decisions about the limit. */
export interface LimitSample {
  readonly elapsedMs: number;
  /** Requests that ended well. Failures, cancelled and shed requests are not among them. */
  readonly completed: number;
  /** Requests that are not counted any more since their answer was on its way. They have no latency. */
  readonly answered: number;
  /** Requests that are not counted any more since they take long without waiting in the queue, and have no answer. */
  readonly steppedAside: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Requests that were refused because of the limit, whatever their class. */
  readonly shed: number;
  /** Mean and maximum of the requests in flight, as each admitted request found them, itself included. */
  readonly meanInFlight: number;
  readonly peakInFlight: number;
  /** Mean latency of the completed; 0 when there are none. */
  readonly meanLatencyMs: number;
  /** Standard error of that mean, as a share of it. */
  readonly latencyError: number;
}

/** Shorter windows than this see single bursts. */
const MIN_WINDOW_MS = 100;

/** A window that isn't precise enough by now is used as it is, if it has `MIN_COMPLETED`. */
const IMPRECISE_WINDOW_MS = 600;

/** A window in which no request gets an answer lasts no longer than this. */
const STUCK_WINDOW_MS = 2000;

/** A window in which requests only step aside lasts no longer than this: room is needed soon. */
const ASIDE_WINDOW_MS = 500;

/** By now a window ends, whatever it has seen. */
const MAX_WINDOW_MS = 5000;

/** Fewer completed requests than this say nothing. */
export const MIN_COMPLETED = 20;

/**
 * The mean latency is known well enough when its standard error is below this share. Requests that all take 20 ms need the minimum of
 * 20 for that, exponentially distributed ones 400, nine of 1 ms for each of 50 ms about 2500.
 */
const PRECISE_ERROR = 0.05;

/**
 * A change of the limit shows in what completes only after about the time a request takes, so a window lasts twice that.
 * failsafe-go's adaptive limiter does the same.
 */
const WINDOW_LATENCIES = 2;

/** Clients that leave, for each that gets an answer, past which a server that refuses no request is stuck nevertheless. */
const HARDLY_ANSWERED = 10;

/** Requests that ended, in any way. */
export function endedIn({ completed, answered, failed, cancelled }: LimitSample): number {
  return completed + answered + failed + cancelled;
}

/** Too few were answered to say anything. */
export function isSparse({
  completed,
  answered,
}: {
  readonly completed: number;
  readonly answered: number;
}): boolean {
  return completed + answered < MIN_COMPLETED;
}

/** Requests were refused for lack of room, and most that held it didn't wait in the queue. */
export function isSteppingAside(sample: LimitSample): boolean {
  return mostStepAside(sample.steppedAside, endedIn(sample), sample.shed);
}

function mostStepAside(steppedAside: number, others: number, shed: number): boolean {
  return shed > 0 && steppedAside > others;
}

/**
 * No request gets an answer, or hardly any: requests are refused for lack of room, and of those let in no more are answered than
 * given up by their clients; or nothing is refused, since clients leave before it gets full, but their work is still waiting.
 */
export function isStuck({ completed, answered, failed, cancelled, shed }: LimitSample): boolean {
  return answersNobody(completed + answered + failed, cancelled, shed);
}

function answersNobody(answered: number, cancelled: number, shed: number): boolean {
  if (shed > 0) return answered <= cancelled;
  return cancelled >= MIN_COMPLETED && cancelled >= HARDLY_ANSWERED * answered;
}

/** Adds up what the limit is decided from. Each call is O(1) and allocates nothing, except a `take` that is due. */
export class LimitWindow {
  #startMs: number;
  #admitted = 0;
  #inFlightSum = 0;
  #peakInFlight = 0;
  #completed = 0;
  #answered = 0;
  #steppedAside = 0;
  #latencySum = 0;
  #latencySquares = 0;
  #failed = 0;
  #cancelled = 0;
  #shed = 0;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
  }

  /** @param inFlight Requests in flight, this one included. */
  admitted(inFlight: number): void {
    this.#admitted += 1;
    this.#inFlightSum += inFlight;
    if (inFlight > this.#peakInFlight) this.#peakInFlight = inFlight;
  }

  completed(latencyMs: number): void {
    this.#completed += 1;
    this.#latencySum += latencyMs;
    this.#latencySquares += latencyMs * latencyMs;
  }

  /** Mean latency so far; 0 when nothing has completed. */
  get meanLatencyMs(): number {
    return this.#completed === 0 ? 0 : this.#latencySum / this.#completed;
  }

  /** The request isn't counted any more: its answer is on its way. */
  answered(): void {
    this.#answered += 1;
  }

  /** The request isn't counted any more: it takes long without waiting in the queue. */
  steppedAside(): void {
    this.#steppedAside += 1;
  }

  /** The request ended in an error of this server. */
  failed(): void {
    this.#failed += 1;
  }

  /** The client went away before the end. */
  cancelled(): void {
    this.#cancelled += 1;
  }

  /** The request was refused because of this limit; not for any other reason. */
  shed(): void {
    this.#shed += 1;
  }

  /**
   * The sample when the window is due, and begins the next one; else undefined. To be called when a request ends and when one is
   * shed: a server in which nothing ends any more must be noticed too.
   */
  take(nowMs: number): LimitSample | undefined {
    const elapsedMs = nowMs - this.#startMs;
    return elapsedMs >= MIN_WINDOW_MS && this.#isDue(elapsedMs) ? this.#finish(nowMs, elapsedMs) : undefined;
  }

  #isDue(elapsedMs: number): boolean {
    if (elapsedMs >= MAX_WINDOW_MS) return true;
    if (this.#completed + this.#answered < MIN_COMPLETED) {
      const ended = this.#completed + this.#answered + this.#failed;
      if (mostStepAside(this.#steppedAside, ended + this.#cancelled, this.#shed))
        return elapsedMs >= ASIDE_WINDOW_MS;
      return elapsedMs >= STUCK_WINDOW_MS && answersNobody(ended, this.#cancelled, this.#shed);
    }
    if (elapsedMs >= IMPRECISE_WINDOW_MS) return true;
    if (elapsedMs * this.#completed < WINDOW_LATENCIES * this.#latencySum) return false;
    return this.#latencyError() <= PRECISE_ERROR;
  }

  #latencyError(): number {
    if (this.#latencySum <= 0) return 0;
    // Of mean m and mean square q over n values the variance is q - m², and the error of the mean √(variance / n) / m.
    const variance = (this.#latencySquares * this.#completed) / this.#latencySum ** 2 - 1;
    return Math.sqrt(Math.max(0, variance) / this.#completed);
  }

  #finish(nowMs: number, elapsedMs: number): LimitSample {
    const sample: LimitSample = {
      elapsedMs,
      completed: this.#completed,
      answered: this.#answered,
      steppedAside: this.#steppedAside,
      failed: this.#failed,
      cancelled: this.#cancelled,
      shed: this.#shed,
      meanInFlight: this.#admitted === 0 ? 0 : this.#inFlightSum / this.#admitted,
      peakInFlight: this.#peakInFlight,
      meanLatencyMs: this.meanLatencyMs,
      latencyError: this.#latencyError(),
    };
    this.#startMs = nowMs;
    this.#admitted = 0;
    this.#inFlightSum = 0;
    this.#peakInFlight = 0;
    this.#completed = 0;
    this.#answered = 0;
    this.#steppedAside = 0;
    this.#latencySum = 0;
    this.#latencySquares = 0;
    this.#failed = 0;
    this.#cancelled = 0;
    this.#shed = 0;
    return sample;
  }
}
