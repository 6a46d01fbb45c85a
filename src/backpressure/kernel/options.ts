import { type Declaration, object, type OptionsOf, type Rule } from '../../core/options.ts';
import { integer } from '../../core/rules.ts';

/** How much of a connection's output the kernel may hold, with every default filled in. */
export interface ResolvedKernelBufferOptions {
  /**
   * Bytes that are not sent yet from which the kernel takes no more (`TCP_NOTSENT_LOWAT`). What is on its way to the peer is
   * not limited by it, so neither is throughput over long distances. Default 65536 (64 KiB).
   */
  readonly notSentBytes: number;
  /**
   * Size of the send buffer (`SO_SNDBUF`; Linux doubles it for its own overhead), which also limits what is on its way: over
   * a round trip of 50 ms, 64 KiB are 1.3 MB/s. Default: left to the kernel.
   */
  readonly sendBufferBytes: number | undefined;
}

/** How much of a connection's output the kernel may hold. Only `undefined` means default. */
export type KernelBufferOptions = OptionsOf<ResolvedKernelBufferOptions>;

/** Both are C's `int`. */
const MOST = 2 ** 31 - 1;

export const KERNEL_BUFFERS: Declaration<ResolvedKernelBufferOptions> = Object.freeze({
  notSentBytes: { rule: integer(1, MOST), byDefault: 64 * 1024 },
  sendBufferBytes: { rule: integer(1, MOST), byDefault: undefined },
});

export const kernelBuffers: Rule<KernelBufferOptions, ResolvedKernelBufferOptions> = object(KERNEL_BUFFERS);
