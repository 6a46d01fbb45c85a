import type { EvictFirst } from '../budget/options.ts';
import type { KernelBufferOptions } from '../kernel/options.ts';
import type { SlowPeerOptions } from '../slow-peer/options.ts';

/** What each worker of `respite run` may hold for clients that don't read. Plain data. */
export interface BackpressureOptions {
  /** Bytes written by the worker's servers that the kernel has not taken, of all connections together. No default. */
  readonly limitBytes: number;
  /** Whose connection is cut first when the limit is reached. Default `largest`. */
  readonly evictFirst?: EvictFirst | undefined;
  /** When a peer that takes too little of what waits for it is cut. Default: of upgraded connections only; `false` for never. */
  readonly slowPeer?: SlowPeerOptions | false | undefined;
  /** What the kernel may hold of each connection; `false` to leave it at its own 4 MB. Default 64 KB. */
  readonly kernelBuffers?: KernelBufferOptions | false | undefined;
}
