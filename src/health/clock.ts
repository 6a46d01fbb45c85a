/** Time, as an argument: tests have one that stands still. */
export interface Clock {
  /** Milliseconds since 1970, for people. */
  wallMs(): number;
  /** Milliseconds that only go forward, for durations. */
  steadyMs(): number;
  /** Calls back once, later. Returns what prevents it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The real one. What waits keeps no process alive. */
export const CLOCK: Clock = Object.freeze({
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
});
