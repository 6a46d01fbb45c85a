import type { ResolvedSlowPeerOptions } from './options.ts';

/** The rate of an honest slow peer, for which the grace period is stretched where the kernel hides what it takes. */
const HONEST_BYTES_PER_SECOND = 32 * 1024;

/** A socket becomes writable again when a third of its send buffer is free (`sk_stream_is_writeable` of Linux). */
const STEP_SHARE = 1 / 3;

/** The average is taken over this many grace periods, so that a peer that takes in steps is not judged by one. */
const AVERAGE_OVER_GRACES = 4;

interface Mark {
  readonly ms: number;
  readonly bytes: number;
}

/** Judges by what a peer has taken whether it takes too little. Looked at every now and then while it is blocked. */
export class PeerRate {
  readonly #options: ResolvedSlowPeerOptions;
  /** When it was last seen to take something. */
  #progress: Mark;
  /** Where the average begins. */
  #average: Mark;

  /** @param movedBytes What it had taken when it became blocked. */
  constructor(options: ResolvedSlowPeerOptions, blockedSinceMs: number, movedBytes: number) {
    this.#options = options;
    this.#progress = { ms: blockedSinceMs, bytes: movedBytes };
    this.#average = this.#progress;
  }

  /**
   * @param movedBytes What it has taken, since the connection began.
   * @param seesKernel Whether `movedBytes` is what the peer took, rather than what the kernel took for it.
   */
  isTooSlow(nowMs: number, movedBytes: number, seesKernel: boolean): boolean {
    const { graceMs, minBytesPerSecond, kernelBufferBytes } = this.#options;
    if (movedBytes > this.#progress.bytes) this.#progress = { ms: nowMs, bytes: movedBytes };
    // What the kernel holds is at most what it was given.
    const stepBytes = seesKernel ? 0 : Math.min(kernelBufferBytes, movedBytes) * STEP_SHARE;
    const patienceMs = graceMs + (stepBytes / HONEST_BYTES_PER_SECOND) * 1000;
    if (nowMs - this.#progress.ms >= patienceMs) return true;
    const elapsedMs = nowMs - this.#average.ms;
    if (elapsedMs < AVERAGE_OVER_GRACES * patienceMs) return false;
    const bytesPerSecond = ((movedBytes - this.#average.bytes) / elapsedMs) * 1000;
    this.#average = { ms: nowMs, bytes: movedBytes };
    return bytesPerSecond < minBytesPerSecond;
  }
}
