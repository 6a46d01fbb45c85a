import { kernelView } from '../kernel/index.ts';
import type { ResolvedSlowPeerOptions } from './options.ts';
import { PeerRate } from './peer-rate.ts';

/** Watches what one peer takes, from when it becomes blocked until it isn't any more. */
export class PeerWatch {
  readonly #options: ResolvedSlowPeerOptions;
  #rate: PeerRate | undefined;

  constructor(options: ResolvedSlowPeerOptions) {
    this.#options = options;
  }

  /** The peer is not blocked any more. */
  end(): void {
    this.#rate = undefined;
  }

  /**
   * @param acceptedBytes What the kernel has taken for it, since the connection began.
   * @param fd The descriptor of the connection, -1 if it has none that is known.
   */
  isTooSlow(nowMs: number, blockedSinceMs: number, acceptedBytes: number, fd: number): boolean {
    const inKernel = kernelView.sendQueueBytes(fd);
    const seesKernel = !Number.isNaN(inKernel);
    const movedBytes = acceptedBytes - (seesKernel ? inKernel : 0);
    this.#rate ??= new PeerRate(this.#options, blockedSinceMs, movedBytes);
    return this.#rate.isTooSlow(nowMs, movedBytes, seesKernel);
  }
}
