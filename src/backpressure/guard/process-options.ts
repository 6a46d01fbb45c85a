import { type Declaration, object, type Rule } from '../../core/options.ts';
import { orFalse } from '../../core/rules.ts';
import { type EvictFirst, WRITE_BUDGET } from '../budget/options.ts';
import {
  type KernelBufferOptions,
  kernelBuffers,
  type ResolvedKernelBufferOptions,
} from '../kernel/options.ts';
import { type ResolvedSlowPeerOptions, slowPeer, type SlowPeerOptions } from '../slow-peer/options.ts';

/** What each worker of `respite run` may hold for clients that don't read. Plain data. */
export interface BackpressureOptions {
  /** Bytes written by the worker's servers that the kernel has not taken, of all connections together; at least 1048576. */
  readonly limitBytes: number;
  /** Whose connection is cut first when the limit is reached: `largest`, or `oldest`, whose client has taken nothing for longest. Default `largest`. */
  readonly evictFirst?: EvictFirst | undefined;
  /**
   * Cuts clients that take too little before that: `{ minBytesPerSecond, graceMs, kernelBufferBytes }`, all with defaults; `false` for never. Default
   * `{}` for upgraded connections, `false` for others.
   */
  readonly slowPeer?: SlowPeerOptions | false | undefined;
  /**
   * What the kernel may hold of each connection: `{ notSentBytes, sendBufferBytes }`; needs Linux and Node.js 26; `false` to leave it as it is.
   * Default `{ notSentBytes: 65536 }`.
   */
  readonly kernelBuffers?: KernelBufferOptions | false | undefined;
}

/** {@link BackpressureOptions} as a worker finds them complete. */
interface Declared {
  readonly limitBytes: number;
  readonly evictFirst: EvictFirst;
  readonly slowPeer: ResolvedSlowPeerOptions | false | undefined;
  readonly kernelBuffers: ResolvedKernelBufferOptions | false;
}

export const BACKPRESSURE: Declaration<Declared> = Object.freeze({
  limitBytes: { rule: WRITE_BUDGET.limitBytes.rule },
  evictFirst: { rule: WRITE_BUDGET.evictFirst.rule, byDefault: 'largest' },
  slowPeer: { rule: orFalse(slowPeer), byDefault: undefined },
  kernelBuffers: { rule: orFalse(kernelBuffers), byDefault: kernelBuffers.complete({}) },
});

/** What `backpressure` in the configuration must be. */
export const backpressure: Rule<BackpressureOptions, Declared> = object(BACKPRESSURE);
